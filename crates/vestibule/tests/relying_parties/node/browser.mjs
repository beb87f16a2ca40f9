// The person at a browser, who is led somewhere: signs in and decides at the real pages, and says where it ended.

async function asked(what, parameters) {
  const answer = await fetch(`${process.env.PERSON}/${what}?${new URLSearchParams(parameters)}`);
  if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  return answer.text();
}

/** The address of the app to which the provider sends the browser in the end. */
export const walked = async (address) => new URL(await asked("walk", { url: address }));

/** The same, of a person who does not want the app to get anything. */
export const refused = async (address) => new URL(await asked("deny", { url: address }));

/** Types the code of a device, and says yes. */
export const allow = (device) => asked("device", { at: device.verification_uri, code: device.user_code });

export const issuer = process.env.ISSUER;
export const secret = process.env.SECRET;
export const orders = process.env.ORDERS;
export const callback = "https://app.example/callback";
