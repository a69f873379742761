import { render } from 'preact'
import { App } from './app'
import { tabStorage } from './kept'

const root = document.getElementById('portal')
if (root !== null) {
  const mode = root.dataset['mode'] === 'embed' ? 'embed' : 'page'
  render(<App mode={mode} storage={tabStorage(() => sessionStorage)} />, root)
}
