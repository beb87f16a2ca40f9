// What the browser of a person does between an app and the provider: it follows the redirect, with its cookies.

/** The address of the app to which the provider sends the browser. */
export async function redirected(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.status !== 303) throw new Error(`${answer.status} ${await answer.text()}`);
  return new URL(answer.headers.get("location"));
}

/** Likewise over as many steps as the provider wants, with its cookies. */
export async function walked(address) {
  const cookies = new Map();
  for (let step = 0; step < 10; step++) {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(address, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(";")[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (!location) throw new Error(`${answer.status} ${await answer.text()}`);
    address = new URL(location, address);
    if (address.href.startsWith(callback)) return address;
  }
  throw new Error("the provider goes in circles");
}

/** Says yes to a device, as the person who is signed in. */
export async function allow(issuer, userCode) {
  const answer = await fetch(`${issuer}/test/allow?user_code=${encodeURIComponent(userCode)}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
}

export const issuer = process.env.ISSUER;
export const secret = process.env.SECRET;
export const callback = "https://app.example/callback";
