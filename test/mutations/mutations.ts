import { CONDUCT } from './conduct';
import type { Mutation } from './mutation';
import { OWNERSHIP } from './ownership';
import { REPORTS } from './reports';
import { SCOPE } from './scope';
import { SPARED } from './spared';
import { UNTRUSTED } from './untrusted';

/** Every safety rule of the host scripts, of the document and of the reporter, each at least once. */
export const MUTATIONS: readonly Mutation[] = [
  ...SCOPE,
  ...OWNERSHIP,
  ...UNTRUSTED,
  ...SPARED,
  ...CONDUCT,
  ...REPORTS,
];
