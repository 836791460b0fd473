// A request as a line for the shell.

function curlCommand(body) {
  const words = [`curl -X POST ${shellQuote(`${location.origin}/train`)}`];
  if (token()) words.push('-H "Authorization: Bearer $PGRADIENT_TOKEN"');
  words.push("-H 'Content-Type: application/json'", `-d ${shellQuote(readable(body))}`);
  return words.join(" \\\n  ");
}

// The shell takes everything between single quotes as it is, but for the single quote itself.
function shellQuote(text) {
  return /^[\w:/.@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// JSON for people: indented, but lists of plain values on one line.
function readable(value) {
  return JSON.stringify(value, null, 2).replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (whole, items) => `[${items.split(/,\n\s+/).join(", ")}]`);
}
