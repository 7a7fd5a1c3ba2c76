// Everything here is a help on top: each page works without it. No inline code, no eval (strict CSP).
// Order: frameworks, filter, autosave, double submit, list that renews itself, keys of a list, small buttons.

// GOV.UK Frontend looks for these two before it starts anything.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')

// The addresses carry a content hash, so they come from the page and are not written here.
const address = (name) => document.querySelector(`meta[name="${name}"]`)?.content

async function startFrameworks () {
  const govuk = await import(address('govuk-frontend'))
  govuk.initAll()
  // MOJ's components are rare: fetched only by a page that has one. Its initAll leaves the filter button to us; we use <details>.
  if (document.querySelector('[data-module^="moj-"]')) (await import(address('moj-frontend'))).initAll()
}

// On a phone the filter starts closed; without this script it is open and covers nothing.
function closeFilters () {
  if (!window.matchMedia('(max-width: 63.99em)').matches) return
  for (const filter of document.querySelectorAll('details.filter')) filter.open = false
}

const clockTime = () => new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' })

// Says something in a live region once: the same words again would be read out again.
function say (place, ...parts) {
  const words = parts.map((part) => part.textContent ?? part).join('')
  if (place && place.textContent !== words) place.replaceChildren(...parts)
}

function signInLink () {
  const link = document.createElement('a')
  link.href = '/'
  link.target = '_blank'
  link.textContent = 'Sign in in a new tab'
  return link
}

const REST = 3000 // ms in which a second press counts as the same one

/* ---------- Autosave: <form data-autosave="URL"> with a [data-saved role=status] ---------- */

const AFTER_TYPING = 1200 // ms of rest before a draft is sent
const TRY_AGAIN = 10000 // ms between tries while the server cannot be reached
const KEEPALIVE_MOST = 60000 // bytes: browsers refuse a larger body that outlives its page (64 KiB)

class Autosave {
  constructor (form) {
    this.form = form
    this.place = form.querySelector('[data-saved]')
    this.typed = 0 // counts changes, so that we know whether a save caught the latest
    this.saved = 0
    this.failed = false
    this.stopped = false // after a conflict only the person may go on
    this.underway = null
    form.addEventListener('input', () => this.changed())
    form.addEventListener('change', () => this.changed())
    form.addEventListener('submit', (event) => this.submitted(event))
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.save({ leaving: true }) })
    window.addEventListener('pagehide', () => this.save({ leaving: true, last: true }))
    window.addEventListener('online', () => this.save())
    document.addEventListener('page-unlocked', () => this.save())
    // The browser asks before it throws text away, but only when we could not save it.
    window.addEventListener('beforeunload', (event) => { if (this.failed && this.waiting) event.preventDefault() })
  }

  get waiting () { return this.typed !== this.saved }

  changed () {
    this.typed += 1
    this.later(AFTER_TYPING)
  }

  later (wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), wait)
  }

  // A save that is under way would make this Save look stale (it raises the version), so the press waits for it a little.
  submitted (event) {
    clearTimeout(this.timer)
    this.saved = this.typed
    if (event.defaultPrevented || !this.underway) return
    event.preventDefault()
    const enough = new Promise((resolve) => setTimeout(resolve, REST))
    Promise.race([this.underway, enough]).then(() => {
      this.underway = null
      this.form.requestSubmit(event.submitter)
    })
  }

  // One at a time, so that versions stay in order; only the very last one, as the page goes, waits for nobody.
  save ({ leaving = false, last = false } = {}) {
    if (this.stopped || !this.waiting || (this.underway && !last)) return
    clearTimeout(this.timer)
    this.underway = this.send(leaving).finally(() => { this.underway = null })
  }

  async send (leaving) {
    const caught = this.typed
    try {
      await this.take(await this.post(leaving), caught)
    } catch {
      this.notSaved('We cannot reach the server.')
    }
  }

  post (leaving) {
    const fields = new FormData(this.form)
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name)
    const size = [...fields].reduce((sum, [name, value]) => sum + name.length + 3 * value.length + 200, 0)
    return fetch(this.form.dataset.autosave, {
      method: 'POST',
      body: fields,
      headers: { 'X-CSRFToken': fields.get('csrf_token') ?? '', 'X-Requested-With': 'autosave', Accept: 'application/json' },
      keepalive: leaving && size < KEEPALIVE_MOST,
      redirect: 'manual', // a redirect can only be the way to the sign-in page
      signal: leaving ? undefined : AbortSignal.timeout(20000)
    })
  }

  async take (response, caught) {
    const answer = await response.json().catch(() => ({}))
    this.refresh('csrf_token', answer)
    if (response.ok && answer.saved_at) {
      this.refresh('version', answer)
      this.saved = Math.max(this.saved, caught)
      this.failed = false
      say(this.place, `Draft saved at ${answer.saved_at}.`)
      if (this.waiting) this.later(AFTER_TYPING)
    } else if (response.status === 423) {
      document.dispatchEvent(new Event('page-locked'))
      this.notSaved('This page is locked.')
    } else if (response.status === 401 || response.type === 'opaqueredirect') {
      this.notSaved('You have been signed out.', ' ', signInLink(), ', then come back here.')
    } else if (response.status === 409) {
      this.stopped = true
      say(this.place, 'Someone else changed this while you were writing. Both texts are kept: press Save, and you can choose.')
    } else {
      this.notSaved('The draft could not be saved.')
    }
  }

  // A refusal may carry a new token: then a Save after signing in again is taken. The version only moves with our own save.
  refresh (name, answer) {
    const field = this.form.elements.namedItem(name)
    if (answer[name] !== undefined && field) field.value = answer[name]
  }

  notSaved (...why) {
    this.failed = true
    say(this.place, ...why, ' Your text is kept in this page: leave it open. We try again by ourselves.')
    this.later(TRY_AGAIN)
  }
}

/* ---------- Double submit: the server is the truth, this only keeps a second press from confusing anyone ---------- */

function preventDoubleSubmit (form) {
  const buttons = () => form.querySelectorAll('button:not([type="button"])')
  const release = () => {
    delete form.dataset.submitted
    for (const button of buttons()) button.removeAttribute('aria-disabled')
  }
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    if (form.dataset.submitted) return event.preventDefault()
    form.dataset.submitted = 'yes'
    for (const button of buttons()) button.setAttribute('aria-disabled', 'true')
    setTimeout(release, REST)
  })
  window.addEventListener('pageshow', (event) => { if (event.persisted) release() })
}

/* ---------- A list that renews itself: <div data-renew="URL" data-every="60"> ---------- */

class Renewal {
  constructor (region) {
    this.region = region
    this.every = (Number(region.dataset.every) || 60) * 1000
    this.button = document.createElement('button')
    this.button.type = 'button'
    this.button.className = 'linkish'
    this.button.addEventListener('click', () => (this.timer ? this.stop() : this.start()))
    this.words = document.createElement('span')
    this.words.setAttribute('role', 'status')
    this.checked = document.createElement('span') // not a live region: nobody wants to hear it each minute
    const line = document.createElement('p')
    line.className = 'quiet no-print'
    line.append(this.words, ' ', this.checked, ' ', this.button)
    region.after(line)
    this.start()
  }

  start () {
    this.timer = setInterval(() => this.renew(), this.every)
    this.button.textContent = 'Stop renewing'
    say(this.words, 'The list renews itself, and never while you are in it.')
  }

  stop (why = 'The list no longer renews itself.') {
    clearInterval(this.timer)
    this.timer = null
    this.checked.textContent = ''
    this.button.textContent = 'Renew again'
    say(this.words, why)
  }

  // Nothing may move under a finger, a pointer or a screen reader's place.
  get busy () {
    const pointed = window.matchMedia('(hover: hover)').matches && this.region.matches(':hover')
    const locked = document.documentElement.classList.contains('is-locked')
    return locked || document.hidden || pointed || this.region.contains(document.activeElement)
  }

  async renew () {
    if (this.busy) return
    try {
      const response = await fetch(this.region.dataset.renew, { headers: { 'X-Requested-With': 'renew' }, redirect: 'manual' })
      if (response.status === 423) return document.dispatchEvent(new Event('page-locked'))
      if (response.status === 401 || response.type === 'opaqueredirect') return this.stop('You have been signed out, so the list stands still.')
      if (!response.ok) throw new Error(response.statusText)
      const fresh = await response.text()
      this.checked.textContent = `Last looked at ${clockTime()}.`
      if (this.busy || !this.timer || fresh === this.last) return
      this.last = fresh
      this.region.innerHTML = fresh
      say(this.words, `List renewed at ${clockTime()}.`)
    } catch {
      say(this.words, 'The list could not be renewed. We try again by ourselves.')
    }
  }
}

/* ---------- Single keys in a list of rows: off until somebody switches them on, on this computer (WCAG 2.1.4) ---------- */

const KEYS_ON = 'caseapp-keys'

class Keys {
  constructor (help) {
    this.help = help
    this.box = help.querySelector('[data-row-keys-on]')
    this.box.checked = localStorage.getItem(KEYS_ON) === 'on'
    this.box.addEventListener('change', () => localStorage.setItem(KEYS_ON, this.box.checked ? 'on' : 'off'))
    help.hidden = false
    document.addEventListener('keydown', (event) => this.pressed(event))
  }

  // Somebody who types, or holds another key down, means something else.
  pressed (event) {
    const typing = event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')
    if (!this.box.checked || typing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    const act = { j: () => this.move(1), k: () => this.move(-1), o: () => this.press('[data-open]'), c: () => this.press('[data-take]'), '/': () => this.filter(), '?': () => this.explain() }[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  // Asked anew each time: the list may have renewed itself.
  get rows () { return [...document.querySelectorAll('[data-row]')] }

  get here () { return this.rows.findIndex((row) => row.contains(document.activeElement)) }

  move (step) {
    const rows = this.rows
    const place = this.here < 0 && step < 0 ? rows.length - 1 : Math.min(Math.max(this.here + step, 0), rows.length - 1)
    rows[place]?.querySelector('[data-open]')?.focus()
  }

  press (what) { this.rows[this.here]?.querySelector(what)?.click() }

  filter () {
    const first = document.querySelector('[data-filter]') ?? document.querySelector('#find')
    if (!first) return
    const folded = first.closest('details')
    if (folded) folded.open = true
    first.focus()
  }

  explain () {
    this.help.open = true
    this.help.querySelector('summary').focus()
  }
}

/* ---------- Small buttons that need a script: they are hidden until it runs ---------- */

function copyButton (button) {
  if (!navigator.clipboard) return
  button.hidden = false
  const words = document.createElement('span')
  words.setAttribute('role', 'status')
  words.className = 'quiet'
  button.after(' ', words)
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy).then(() => say(words, 'Copied'), () => say(words, 'Not copied: mark the text and copy it yourself'))
    setTimeout(() => say(words, ''), REST)
  })
}

function printButton (button) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

const each = (selector, start) => document.querySelectorAll(selector).forEach(start)

closeFilters()
each('form[data-autosave]', (form) => new Autosave(form)) // before double submit: it may hold a press back
each('form[method="post"]', preventDoubleSubmit)
each('[data-renew]', (region) => new Renewal(region))
each('[data-row-keys]', (help) => new Keys(help))
each('button[data-copy]', copyButton)
each('button[data-print]', printButton)
startFrameworks()
