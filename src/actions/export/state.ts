/** The name under which main saves the folder that post is to remove. */
export const WORKSPACE_STATE = 'workspace'
