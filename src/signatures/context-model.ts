/** The context model of the fused method: see docs/accuracy.md. Learned from rows with stacks, used to decode rows without. */
export interface ContextModel {
  readonly version: 1;
}
