import { limits } from './blockkit-limits.ts'
import { type Check, isObject, list, number, say, shape, string } from './blockkit-rules.ts'

const most = limits.data_visualization
const label = string(most.label, 1)
const point = shape({ 'label!': label, 'value!': number(-Infinity, Infinity) })
const segments = list(
  shape({ 'label!': label, 'value!': number(Number.MIN_VALUE, Infinity) }),
  most.series,
  1,
)
const pie = shape({ 'segments!': segments })

/** Every series has one point for each category, and a name of its own. */
const matching: Check = (value, at, out) => {
  const { series, axis_config: axis } = value as { series?: unknown; axis_config?: unknown }
  const categories = isObject(axis) ? axis['categories'] : undefined
  if (!Array.isArray(series) || !Array.isArray(categories)) return
  const all = series.filter(isObject)
  const wanted = categories.map(String).toSorted().join('\n')
  for (const [index, { data }] of all.entries()) {
    const labels = Array.isArray(data) ? data.map((one) => isObject(one) && one['label']) : []
    if (labels.map(String).toSorted().join('\n') !== wanted)
      say(out, `${at}/series/${index}/data`, 'labels', 'labels must match the categories of the axis')
  }
  if (new Set(all.map(({ name }) => name)).size < all.length)
    say(out, `${at}/series`, 'unique', 'series names must be unique')
}

const plotted = shape(
  {
    'series!': list(shape({ 'name!': label, 'data!': list(point, most.points, 1) }), most.series, 1),
    'axis_config!': shape({
      'categories!': list(label, most.points, 1),
      x_label: string(most.axis_label),
      y_label: string(most.axis_label),
    }),
  },
  matching,
)
const kinds: Record<string, Check> = { pie, bar: plotted, area: plotted, line: plotted }

/** A chart block. */
export const chart = shape({
  block_id: string(limits.block_id, 1),
  'title!': string(most.title, 1),
  'chart!': (value, at, out) => {
    const kind = isObject(value) ? kinds[String(value['type'])] : undefined
    if (kind) kind(value, at, out)
    else say(out, `${at}/type`, 'enum', `must be one of: ${Object.keys(kinds).join(', ')}`)
  },
})
