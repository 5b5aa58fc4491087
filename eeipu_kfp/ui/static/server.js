/* Questions to the server. */

export class Refusal extends Error {
  constructor(message, hint, status) {
    super(message);
    this.hint = hint;
    this.status = status;
  }
}

/** Return what is at an address, as it was sent; the browser asks only whether it has changed. */
export async function ask(path, query = {}) {
  const words = new URLSearchParams(query).toString();
  let response;
  try {
    response = await fetch(`data/${path}${words && `?${words}`}`);
  } catch {
    throw new Refusal("the server of this page does not answer", "it is asked again", 0);
  }
  const text = await response.text();
  if (response.ok) return text;
  let told = {};
  try {
    told = JSON.parse(text);
  } catch {
    // A proxy between may answer in words of its own.
  }
  const message = told.message ?? `the server answers ${response.status} ${response.statusText}`;
  throw new Refusal(message, told.hint ?? "", response.status);
}

/** Return the address of an experiment's page. */
export function addressOf(key) {
  return `./?${new URLSearchParams({ experiment: key })}`;
}
