/** What results and signature files say of the tool that wrote them. The version equals package.json's (a test says so). */
export const VERSION = '0.1.0';
export const TOOL = { name: 'perfscope', version: VERSION } as const;
