// What the browser of a person does between an app and the provider: it follows the redirect, with its cookies.

/** The address of the app to which the provider sends the browser. */
export async function redirected(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.status !== 303) throw new Error(`${answer.status} ${await answer.text()}`);
  return new URL(answer.headers.get("location"));
}

/** Says yes to a device, as the person who is signed in. */
export async function allow(issuer, userCode) {
  const answer = await fetch(`${issuer}/test/allow?user_code=${encodeURIComponent(userCode)}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
}

export const issuer = process.env.ISSUER;
export const secret = process.env.SECRET;
export const callback = "https://app.example/callback";
