// Locks the page in place: it stays as it is, with all that was typed, but nothing of it can be seen, heard or reached until the
// password or a key is given. The server locks by itself as well; this keeps the text where it is.

const template = document.getElementById('lock')
const { after, who, here, lock: lockAt, ask, key, keys } = template.dataset
const IDLE = Number(after) * 1000
const TELL = Math.min(60000, IDLE / 10) // ms between two words to our side that somebody is here
const LOOK = 20000 // ms between looks whether another tab has unlocked
const channel = new BroadcastChannel('lock')
const { canUseKeys, post, useKey } = await import(keys)

let lastActive = Date.now()
let lastTold = Date.now()
let lastShared = 0
let lastLooked = 0
let cover = null
let underneath = null

/* ---------- Is anybody here? ---------- */

function active () {
  if (cover) return
  lastActive = Date.now()
  if (lastActive - lastShared < TELL) return
  lastShared = lastActive
  channel.postMessage('active')
}

// A small form to post with; the token of the template is renewed in it when a sign-in was renewed.
const small = template.content.querySelector('form').cloneNode(true)

async function tell () {
  lastTold = Date.now()
  const { status, answer } = await post(here, small, { active: 'yes' }).catch(() => ({}))
  if (status === 423) hide(answer)
}

function tick () {
  const now = Date.now()
  if (cover) {
    if (now - lastLooked >= LOOK) look()
  } else if (now - lastActive >= IDLE) lockPage()
  else if (lastActive > lastTold && now - lastTold >= TELL) tell()
}

/* ---------- Covering the page ---------- */

function hide ({ has_keys: hasKeys = false } = {}) {
  if (cover) return offerKey(hasKeys)
  underneath = { title: document.title, focus: document.activeElement, left: window.scrollX, top: window.scrollY }
  cover = template.content.firstElementChild.cloneNode(true)
  document.title = 'Locked – Holdfast'
  for (const part of document.body.children) part.inert = true
  document.documentElement.classList.add('is-locked')
  document.body.append(cover)
  const form = cover.querySelector('form')
  form.addEventListener('submit', (event) => { event.preventDefault(); unlock(form, () => post(form.action, form)) })
  offerKey(hasKeys)
  cover.querySelector('[data-use-key]').addEventListener('click', () => unlock(form, () => useKey(form, ask, key)))
  form.querySelector('[type="password"]').focus()
  lastLooked = Date.now()
}

function offerKey (hasKeys) {
  if (hasKeys && canUseKeys()) cover.querySelector('[data-use-key]').hidden = false
}

function show () {
  cover.remove()
  cover = null
  document.documentElement.classList.remove('is-locked')
  for (const part of document.body.children) part.inert = false
  document.title = underneath.title
  window.scrollTo(underneath.left, underneath.top)
  underneath.focus?.focus?.({ preventScroll: true })
  lastActive = lastTold = Date.now()
  document.dispatchEvent(new Event('page-unlocked'))
}

async function lockPage () {
  hide()
  channel.postMessage('locked')
  const { answer } = await post(lockAt, small).catch(() => ({})) // our side locks by itself if this never arrives
  if (cover) hide(answer)
}

function say (words) {
  if (cover) cover.querySelector('[data-said]').textContent = words
}

async function unlock (form, send) {
  say('')
  const { status, answer } = await send().catch(() => ({ status: -1, answer: {} }))
  if (status === 200 || status === 409) return look(true)
  if (form.elements.password) form.elements.password.value = ''
  form.elements.password?.focus()
  say(answer.message ? sentence(answer.message) : 'We cannot reach the server. Your words are still in this page: try again.')
  if (status === 401) signedOut()
}

const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1) + (/[.?!]$/.test(words) ? '' : '.')

function signedOut () {
  const link = document.createElement('a')
  link.href = '/'
  link.target = '_blank'
  link.textContent = 'Sign in in a new tab'
  cover?.querySelector('[data-said]').replaceChildren('You have been signed out. ', link, ', then come back here: your words are still in this page.')
}

// Our side says whether the lock holds, and whose session this browser has now: a page is never shown to anybody else.
async function look (isMine = false) {
  lastLooked = Date.now()
  const { status, answer } = await post(here, small, { active: isMine ? 'yes' : 'no' }).catch(() => ({}))
  if (!cover) return
  if (status === 401) return signedOut()
  if (status === 423) hide(answer)
  if (status !== 200) return
  if (answer.who !== who) return window.location.replace('/')
  show()
  if (isMine) channel.postMessage('unlocked')
}

/* ---------- Start ---------- */

for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart', 'input']) {
  window.addEventListener(kind, active, { capture: true, passive: true })
}
channel.addEventListener('message', ({ data }) => {
  if (data === 'active') lastActive = Date.now()
  if (data === 'locked') { hide(); look() }
  if (data === 'unlocked' && cover) look()
})
document.addEventListener('visibilitychange', () => { if (!document.hidden) cover ? look() : tick() })
document.addEventListener('page-locked', () => { hide(); look() })
document.querySelector('[data-lock-now]')?.addEventListener('submit', (event) => { event.preventDefault(); lockPage() })
setInterval(tick, Math.min(5000, IDLE / 10))
