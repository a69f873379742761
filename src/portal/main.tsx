import { render } from 'preact'
import { shown } from './shown'

const root = document.getElementById('portal')
if (root !== null) render(<p>{shown('')}</p>, root)
