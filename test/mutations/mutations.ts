import { CONDUCT } from './conduct';
import type { Mutation } from './mutation';
import { REPORTS } from './reports';
import { SCOPE } from './scope';
import { SPARED } from './spared';

/** Every safety rule of the host scripts, of the document and of the reporter, each at least once. */
export const MUTATIONS: readonly Mutation[] = [...SCOPE, ...SPARED, ...CONDUCT, ...REPORTS];
