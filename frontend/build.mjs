// Writes caseapp/static/vendor: one stylesheet, two ES modules, the pictures that the stylesheet names, and the licences.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { compile } from 'sass'

const here = new URL('.', import.meta.url).pathname
const out = `${here}../caseapp/static/vendor/`
const govuk = `${here}node_modules/govuk-frontend/`
const moj = `${here}node_modules/@ministryofjustice/frontend/`

// The licence text stands in the repositories of the two packages; the packages themselves only name it.
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to
whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

const version = (folder) => JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).version

function stylesheet (css) {
  const pictures = new Set()
  // The crest is the government's and must not appear: its place is taken by `none`.
  const ours = css.replace(/url\(["']?([^"')]+)["']?\)/g, (whole, address) => {
    if (address.startsWith('data:')) return whole
    const name = address.split('/').pop()
    if (name === 'govuk-crest.svg') return 'none'
    pictures.add(name)
    return `url(images/${name})`
  })
  writeFileSync(`${out}frontend.css`, ours)
  for (const name of pictures) copyFileSync(`${moj}moj/assets/images/${name}`, `${out}images/${name}`)
}

function script (from, name) {
  // The source maps are not shipped, so the line that points to them goes too.
  writeFileSync(`${out}${name}`, readFileSync(from, 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'))
}

function licences () {
  writeFileSync(`${out}LICENCES.txt`, `The files in this folder are built by frontend/build.mjs from:

GOV.UK Frontend ${version(govuk)}, Copyright (C) 2017 Crown Copyright (Government Digital Service), MIT licence
  https://github.com/alphagov/govuk-frontend
MOJ Frontend ${version(moj)}, Ministry of Justice; its licence file says: Copyright (c) 2021 dxw, MIT licence
  https://github.com/ministryofjustice/moj-frontend

${MIT}`)
}

// Compiled first: a mistake in main.scss leaves the last good build where it is.
const { css } = compile(`${here}main.scss`, { style: 'compressed', loadPaths: [here], quietDeps: true })
rmSync(out, { recursive: true, force: true })
mkdirSync(`${out}images`, { recursive: true })
stylesheet(css)
script(`${govuk}dist/govuk/govuk-frontend.min.js`, 'govuk-frontend.min.js')
script(`${moj}moj/moj-frontend.min.js`, 'moj-frontend.min.js')
licences()
