import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard'
import { Construct } from 'constructs'
import type { Metric } from './metrics'

export interface DashboardProps {
  readonly name: string
  readonly region: string
  readonly graphs: readonly Graph[]
}

/** A question, and the metrics that answer it. */
export interface Graph {
  readonly question: string
  readonly metrics: readonly Metric[]
}

const perRow = 2
const width = 24 / perRow
const height = 6

/** One graph a question, two a row. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, region, graphs }: DashboardProps) {
    super(scope, id)
    const widgets = graphs.map((graph, index) => ({
      type: 'metric',
      x: (index % perRow) * width,
      y: Math.floor(index / perRow) * height,
      width,
      height,
      properties: { title: graph.question, region, view: 'timeSeries', metrics: graph.metrics.map(seriesOf) },
    }))
    new CloudwatchDashboard(this, 'dashboard', { dashboardName: name, dashboardBody: JSON.stringify({ widgets }) })
  }
}

/** As CloudWatch writes a series: namespace, name, dimensions in turn, then how it is drawn. */
function seriesOf({ namespace, name, dimensions, statistic, periodSeconds }: Metric): readonly unknown[] {
  return [namespace, name, ...Object.entries(dimensions).flat(), { stat: statistic, period: periodSeconds }]
}
