// Security keys and passkeys (WebAuthn), for the pages of signing in and for lock.js. Without this an authenticator app does.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const credentials = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }))

export const canUseKeys = () => Boolean(window.isSecureContext && window.PublicKeyCredential)

// Posts a form's fields and gives {status, answer}. A token of an earlier sign-in is replaced once.
export async function post (address, form, more = {}) {
  const send = () => {
    const fields = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...more })
    return fetch(address, {
      method: 'POST',
      body: fields,
      headers: { 'X-Requested-With': 'lock', 'X-CSRFToken': fields.get('csrf_token') ?? '', Accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(20000)
    })
  }
  let response = await send()
  let answer = await response.json().catch(() => ({}))
  if (response.status === 400 && answer.csrf_token) {
    form.elements.namedItem('csrf_token').value = answer.csrf_token
    response = await send()
    answer = await response.json().catch(() => ({}))
  }
  return { status: response.status, answer }
}

async function sign (options) {
  const given = await navigator.credentials.get({
    publicKey: { ...options, challenge: toBytes(options.challenge), allowCredentials: credentials(options.allowCredentials) }
  })
  const { authenticatorData, clientDataJSON, signature, userHandle } = given.response
  return pack(given, {
    authenticatorData: toText(authenticatorData),
    clientDataJSON: toText(clientDataJSON),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : undefined
  })
}

async function make (options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: credentials(options.excludeCredentials)
    }
  })
  return pack(made, {
    attestationObject: toText(made.response.attestationObject),
    clientDataJSON: toText(made.response.clientDataJSON),
    transports: made.response.getTransports?.() ?? []
  })
}

const pack = (credential, response) => JSON.stringify({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  response,
  clientExtensionResults: credential.getClientExtensionResults()
})

// Asks our side what is to be signed, the key to sign it, and our side to check it. Gives {status, answer}; answer.message says what went wrong.
export async function useKey (form, askAt, sendTo, { isNew = false } = {}) {
  try {
    const asked = await post(askAt, form)
    if (asked.status !== 200 || !asked.answer.challenge) return asked
    const credential = await (isNew ? make(asked.answer) : sign(asked.answer))
    return await post(sendTo, form, { credential })
  } catch (error) {
    const words = {
      NotAllowedError: 'The key was not used, or not in time. Try again.',
      InvalidStateError: 'This key is registered already.',
      SecurityError: 'This browser cannot use keys at this address.'
    }
    return { status: 0, answer: { message: words[error.name] ?? 'That did not work. Try again.' } }
  }
}

function startForm (form) {
  const said = form.querySelector('[data-said]')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    said.textContent = ''
    const isNew = Boolean(form.dataset.newKey)
    const { answer } = await useKey(form, form.dataset.newKey ?? form.dataset.key, form.action, { isNew })
    if (answer.go) return window.location.assign(answer.go)
    said.textContent = answer.message ?? 'That did not work. Try again.'
    if (answer.field) form.querySelector(`[name="${answer.field}"]`)?.focus()
  })
}

if (canUseKeys()) {
  for (const form of document.querySelectorAll('form[data-key], form[data-new-key]')) {
    form.hidden = false
    startForm(form)
  }
  for (const words of document.querySelectorAll('[data-no-key]')) words.hidden = true
}
