import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard'
import { Construct } from 'constructs'
import { functionNames } from './function-statements'
import {
  apiMetric,
  functionMetric,
  type Metric,
  type Monitored,
  queueAgeMetric,
  queueMetric,
  sweepMetric,
  type SweepMetric,
} from './metrics'

export interface DashboardProps {
  readonly name: string
  readonly region: string
  readonly monitored: Monitored
}

const columns = 2
const width = 24 / columns
const height = 6

/** The control plane's dashboard: one graph a question, two side by side. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, region, monitored }: DashboardProps) {
    super(scope, id)
    const widgets = graphsOf(monitored).map(({ question, metrics }, index) => ({
      type: 'metric',
      x: (index % columns) * width,
      y: Math.floor(index / columns) * height,
      width,
      height,
      properties: { title: question, region, view: 'timeSeries', metrics: metrics.map(seriesOf) },
    }))
    new CloudwatchDashboard(this, 'dashboard', { dashboardName: name, dashboardBody: JSON.stringify({ widgets }) })
  }
}

/** A question, and the metrics that answer it. */
interface Graph {
  readonly question: string
  readonly metrics: readonly Metric[]
}

function graphsOf(monitored: Monitored): readonly Graph[] {
  const { stage, apiId, functions, failedSweeps, deliveries, deadLetters, failedMessages } = monitored
  const ofApi = (name: '4xx' | '5xx' | 'Count') => apiMetric(apiId, name)
  const ofSweep = (name: SweepMetric) => sweepMetric(stage, name)
  const ofFunctions = (name: 'Errors' | 'Throttles') => functionNames.map(each => functionMetric(functions[each], name))
  return [
    {
      question: 'Are rotations working? Requests, refusals, failures',
      metrics: [ofApi('Count'), ofApi('4xx'), ofApi('5xx')],
    },
    {
      question: 'Is the mirror behind? Longest wait of a committed change, in seconds',
      metrics: [ofSweep('OldestUnsettledSeconds')],
    },
    { question: 'Do the functions fail?', metrics: ofFunctions('Errors') },
    {
      question: 'Does anything fail to settle? Endpoints, and consumers that no policy names yet',
      metrics: [ofSweep('EndpointsFailing'), ofSweep('ConsumersNotWritten')],
    },
    { question: 'Does the sweep keep up? Left for the next sweep', metrics: [ofSweep('BacklogLeft')] },
    {
      question: 'Does somebody change mirrors by hand? What the daily look found',
      metrics: [ofSweep('MirrorsChangedByHand')],
    },
    { question: 'Is there room to run?', metrics: ofFunctions('Throttles') },
    {
      question: 'Is anything left undone? Sweeps, messages of the queue',
      metrics: [queueMetric(failedSweeps), queueMetric(failedMessages)],
    },
    { question: 'Do deliveries wait? Oldest message, in seconds', metrics: [queueAgeMetric(deliveries)] },
    {
      question: 'How many deliveries wait, how many were given up?',
      metrics: [queueMetric(deliveries), queueMetric(deadLetters)],
    },
  ]
}

/** As CloudWatch writes a series: namespace, name, dimensions in turn, then how it is drawn. */
function seriesOf({ namespace, name, dimensions, statistic, periodSeconds }: Metric): readonly unknown[] {
  return [namespace, name, ...Object.entries(dimensions).flat(), { stat: statistic, period: periodSeconds }]
}
