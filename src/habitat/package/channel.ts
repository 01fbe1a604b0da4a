/**
 * Whether a text can be a channel that becomes a part of a URL's path. Builder takes any text as the name of a channel
 * (habitat-sh/builder, components/builder-api/src/server/resources/channels.rs, create_channel).
 */
export function isChannel(text: string): boolean {
  return /^\w[\w.-]*$/.test(text)
}
