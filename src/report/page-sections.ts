/** Sections of a result that its page is made of. */
import type { Section } from '../result.js';

/** What the page of an incident draws, for who has results made that a page may be made of later. */
export const PAGE_SECTIONS: readonly Section[] = ['timeline', 'changes', 'stacks'];
