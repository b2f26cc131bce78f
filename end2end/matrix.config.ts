import { others, title } from "./fixtures/combination.ts";
import tests from "./playwright.config.ts";

// What two nodes do together, on every combination of a store and a backplane besides the usual one: npm --prefix end2end run matrix
export default {
  ...tests,
  grep: /@two-nodes/,
  // Pictures of every moment would cost as much as the tests.
  use: { ...tests.use, trace: { mode: "retain-on-failure", screenshots: false } },
  projects: others.map((combination) => ({ name: title(combination), use: { combination } })),
};
