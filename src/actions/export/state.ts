/** Under which name main tells post of the folder that is to be removed. */
export const WORKSPACE_STATE = 'workspace'
