/**
 * What is made of the learned model alone: with many incidents of one program it is made once, as long as the signatures are kept
 * (batch/kept-signatures.ts).
 */
import { Decoder } from '../../../context/decoder.js';
import { History } from '../../../context/history.js';
import { oncePer } from '../../../lib/once.js';
import type { ContextModel } from '../../../signatures/context-model.js';
import { learnRoles } from './roles.js';

export const decoderOf = oncePer((model: ContextModel) => new Decoder(model));
export const historyOf = oncePer((model: ContextModel) => new History(model));
export const rolesOf = oncePer(learnRoles);
