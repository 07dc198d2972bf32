/** Version of the tool, written into results and signature files; equal to package.json's (a test says so). */
export const VERSION = '0.1.0';
