"use strict";
const sealed = JSON.parse(document.getElementById("sealed").textContent);
const said = document.getElementById("said");
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const letters = (text) => new TextEncoder().encode(text);

async function unlock(passphrase) {
  const material = await crypto.subtle.importKey("raw", letters(passphrase), "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: bytes(sealed.salt), iterations: sealed.iterations },
    material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: bytes(sealed.nonce), additionalData: letters(sealed.about) }, key, bytes(sealed.words));
  return new TextDecoder().decode(plain);
}

document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!window.crypto || !crypto.subtle) {
    said.textContent = "This browser cannot open the file. Try Edge, Chrome, Firefox or Safari of the last years.";
    return;
  }
  said.textContent = "Opening. This takes a moment.";
  const field = document.getElementById("passphrase");
  try {
    const words = await unlock(field.value.trim().normalize("NFC"));
    field.value = "";
    document.getElementById("main").innerHTML = words;
    window.scrollTo(0, 0);
  } catch (error) {
    said.textContent = "That is not the passphrase of this file, or the file was changed. Try again.";
    field.focus();
  }
});
