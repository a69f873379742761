import type { Outcome } from './outcome'
import type { Scenario } from './scenario'

type Rule = (outcome: Outcome, scenario: Scenario) => boolean

const rules: Readonly<Record<string, Rule>> = {
  'it arrives, at most once more than it should': ({ answers }, scenario) =>
    isOneOf(answers.length, scenario.answers.length),
  'it arrives once after an answer that was not a success, or twice': ({ answers }) => {
    const failed = answers.indexOf(500)
    return failed === -1 || isOneOf(answers.length - failed - 1, 1)
  },
  'the last answer is the one that ends it': ({ answers }, scenario) => answers.at(-1) === scenario.answers.at(-1),
  'every arrival has the same message id': ({ arrived }) => arrived.length === 1,
  'the live key signed every arrival': ({ unsigned }) => unsigned === 0,
  'the endpoint lists it once, as it ended': ({ arrived, listed }, { end }) =>
    listed.length === 1 && listed[0] === `${String(arrived[0])} ${end}`,
  'it is in the dead-letter queue where it was given up, and only there': ({ dead }, { end }) =>
    end === 'failed' ? isOneOf(dead, 1) : dead === 0,
  'no slot is held': ({ held }) => held.length === 0,
}

/** The rules that an event broke on its way to a subscriber. */
export function faultsOf(scenario: Scenario, outcome: Outcome): readonly string[] {
  return Object.entries(rules).flatMap(([rule, keeps]) => (keeps(outcome, scenario) ? [] : rule))
}

function isOneOf(count: number, least: number): boolean {
  return count === least || count === least + 1
}
