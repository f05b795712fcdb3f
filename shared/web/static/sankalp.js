// Everything works without this file; it only saves steps.
"use strict";

// Bring the error summary into view and focus, as the reader expects after sending a form.
document.getElementById("error-summary")?.focus();

// Copy buttons: <button data-copy="text" data-done="Copied">.
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
});

// A form is sent once: a double click sends the same idempotency key anyway, this only spares the request.
document.querySelectorAll("form[data-once]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
// A page that the browser brings back by "Back" may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent);
});
