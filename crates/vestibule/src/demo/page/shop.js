// The shop's page: products in, basket here, order out. Text goes into the page as text only.
"use strict";

const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const price = (cents) => money.format(cents / 100);
const by = (id) => document.getElementById(id);

const products = new Map();
const basket = new Map();

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function picture(id) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/art.svg#${id}`);
  svg.append(use);
  return svg;
}

function change(id, by_how_much) {
  const product = products.get(id);
  const quantity = Math.min(product.stock, Math.max(0, (basket.get(id) ?? 0) + by_how_much));
  if (quantity === 0) basket.delete(id);
  else basket.set(id, quantity);
  showBasket();
}

function showProducts() {
  by("products").replaceChildren(
    ...[...products.values()].map((product) => {
      const add = element("button", { type: "button", class: "add", "data-add": product.id }, "Add");
      add.append(element("span", { class: "unseen" }, ` ${product.name} to the basket`));
      add.disabled = product.stock === 0;
      add.addEventListener("click", () => change(product.id, 1));
      return element("li", { class: "product" },
        element("div", { class: "art" }, picture(product.id)),
        element("div", { class: "about" },
          element("h3", {}, product.name),
          element("p", {}, product.description),
          element("div", { class: "buy" },
            element("span", { class: "price" }, price(product.price_cents), element("span", { class: "left" }, left(product))),
            add)));
    }),
  );
}

function step(id, sign, how_much, label) {
  const button = element("button", { type: "button", "aria-label": label, "data-step": `${id} ${how_much}` }, sign);
  button.addEventListener("click", () => {
    change(id, how_much);
    // The line was drawn anew: keep the keyboard where it was, or go to the basket when the line is gone.
    (document.querySelector(`[data-step="${id} ${how_much}"]`) ?? by("basket")).focus();
  });
  return button;
}

function showBasket() {
  let total = 0;
  let count = 0;
  const lines = [];
  for (const [id, quantity] of basket) {
    const product = products.get(id);
    total += product.price_cents * quantity;
    count += quantity;
    lines.push(element("li", {},
      element("span", {}, product.name),
      element("span", { class: "sum" }, price(product.price_cents * quantity)),
      element("span", { class: "steps" },
        step(id, "\u2212", -1, `One ${product.name} less`),
        element("span", {}, String(quantity)),
        step(id, "+", 1, `One ${product.name} more`))));
  }
  by("lines").replaceChildren(...lines);
  by("total").textContent = price(total);
  by("basket-count").textContent = String(count);
  by("order").hidden = count === 0;
  by("empty").hidden = count !== 0;
}

function facts(pairs) {
  const list = element("dl");
  for (const [term, text] of pairs) {
    if (text) list.append(element("dt", {}, term), element("dd", {}, text));
  }
  return list;
}

/** The code of a problem (RFC 9457), which is the last part of its type. */
const codeOf = (answer) => (answer.type ?? "").split(":").pop();

function say(place, kind, title, text, pairs) {
  place.className = `${place.id} ${kind}`;
  place.replaceChildren(element("strong", {}, title), element("div", {}, text), facts(pairs));
}

async function answerOf(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

async function fetchProducts() {
  const state = by("products-state");
  try {
    // One credential at a time: the key says which page asks, and a session would say who.
    const fields = { "X-Api-Key": document.querySelector("meta[name=catalogue-key]").content };
    const response = await fetch("/api/products", { headers: fields, credentials: "omit" });
    const answer = await answerOf(response);
    if (!response.ok) throw new Error(answer.title ?? `status ${response.status}`);
    products.clear();
    for (const product of answer.products) products.set(product.id, product);
    state.hidden = true;
    by("edition").hidden = false;
    by("edition").textContent = `The ${answer.edition} catalogue. Stock is live: order something in another window.`;
    showProducts();
    showBasket();
  } catch (error) {
    state.hidden = false;
    state.textContent = `The products cannot be fetched: ${error.message}. Reload the page to try again.`;
  }
}

/** What is left on a shelf. */
const left = (product) => (product.stock === 0 ? "sold out" : `${product.stock} left`);

/** Stock as it changes, whoever changes it: server-sent events, which the browser opens again by itself. */
function followStock() {
  new EventSource("/api/feed").addEventListener("levels", (event) => {
    for (const [id, stock] of Object.entries(JSON.parse(event.data))) {
      const product = products.get(id);
      if (!product || product.stock === stock) continue;
      product.stock = stock;
      const add = document.querySelector(`[data-add="${id}"]`);
      add.disabled = stock === 0;
      const shown = add.closest(".product").querySelector(".left");
      shown.textContent = left(product);
      shown.classList.remove("news");
      requestAnimationFrame(() => shown.classList.add("news"));
    }
  });
}

/** The bell: a WebSocket, opened again after a while where it closes. */
function listenAtTheDoor() {
  const socket = new WebSocket(`wss://${location.host}/bell`);
  const ring = by("ring");
  let rings;
  socket.addEventListener("open", () => (ring.disabled = false));
  socket.addEventListener("message", (event) => {
    const heard = JSON.parse(event.data);
    const people = heard.listening === 1 ? "only you are here" : `${heard.listening} are here`;
    by("heard").textContent = heard.rings === 0 ? people : `${people}, rung ${heard.rings}\u00d7`;
    if (rings !== undefined && heard.rings > rings) {
      ring.classList.remove("rung");
      requestAnimationFrame(() => ring.classList.add("rung"));
    }
    rings = heard.rings;
  });
  ring.onclick = () => socket.send("ring");
  socket.addEventListener("close", () => {
    ring.disabled = true;
    setTimeout(listenAtTheDoor, 2000);
  });
}

async function placeOrder(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button[type=submit]");
  const result = by("result");
  const order = {
    name: form.elements.name.value,
    card: form.elements.card.value,
    items: [...basket].map(([product, quantity]) => ({ product, quantity })),
  };
  button.disabled = true;
  result.className = "result";
  result.textContent = "Sending the order\u2026";
  try {
    const response = await fetch("/api/orders", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(order),
    });
    const answer = await answerOf(response);
    const ids = [
      ["Request at the client door", response.headers.get("x-request-id")],
      ["Call to payments at the server door", answer.payment?.request_id],
    ];
    if (response.status === 201) {
      basket.clear();
      say(result, "good", "Thank you, it is paid.", `${price(answer.total_cents)} for ${order.name}.`,
        [["Order", answer.id], ["Payment", answer.payment.charge], ...ids]);
    } else if (response.status === 402) {
      say(result, "bad", "The card was declined.", "Nothing was taken, and the things are back on the shelf.",
        [["Order", answer.id], ...ids]);
    } else {
      say(result, "bad", answer.title ?? "The order was not taken.", answer.message ?? answer.detail ?? "",
        [["Problem", codeOf(answer)], ...ids]);
    }
    await Promise.all([fetchProducts(), showPerson()]);
  } catch {
    say(result, "bad", "The order could not be sent.", "Is the demo still running?", []);
  } finally {
    button.disabled = false;
  }
}

/** Who is signed in. The session is in a cookie that no script can read; what scripts may know is asked for. */
async function showPerson() {
  const who = await answerOf(await fetch("/auth/session"));
  const person = by("person");
  person.replaceChildren();
  if (who.signed_in) person.append(element("a", { href: "/auth/account" }, who.name || "Your account"));
  by("sign-in").hidden = Boolean(who.signed_in);
  by("sign-out").hidden = !who.signed_in;
  by("mine").hidden = !who.signed_in;
  if (who.signed_in) await showOrders();
}

async function showOrders() {
  const response = await fetch("/api/my/orders");
  if (!response.ok) return;
  const { orders } = await response.json();
  by("no-orders").hidden = orders.length !== 0;
  by("orders").replaceChildren(
    ...orders.map((order) => element("li", { "data-order": order.id },
      element("span", {}, order.lines.map((line) => `${line.quantity} \u00d7 ${line.product}`).join(", ")),
      element("span", { class: "sum" }, price(order.total_cents)))));
}

async function signOut() {
  await fetch("/auth/session/end", { method: "POST" });
  await showPerson();
}

async function knock(event) {
  const { method, path, bytes } = event.currentTarget.dataset;
  const place = by("refusal");
  try {
    const response = await fetch(path, { method, body: bytes ? "x".repeat(Number(bytes)) : undefined });
    const answer = await answerOf(response);
    say(place, "", `${response.status}: ${answer.title ?? "no problem told"}`, `${method} ${path}`, [
      ["Problem", codeOf(answer)],
      ["Request", response.headers.get("x-request-id")],
    ]);
  } catch {
    say(place, "", "No answer", "The connection ended before an answer came.", []);
  }
}

by("order").addEventListener("submit", placeOrder);
for (const button of document.querySelectorAll("[data-path]")) button.addEventListener("click", knock);
by("sign-out").addEventListener("click", signOut);
fetchProducts().then(followStock);
showPerson();
listenAtTheDoor();
