export { a as parseConfig } from "./config.js";
