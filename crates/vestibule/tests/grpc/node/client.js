// Calls each form of a method through the address that it is given, and says what came.
"use strict";

const grpc = require("@grpc/grpc-js");

const client = new grpc.Client(process.argv[2], grpc.credentials.createInsecure());
const plain = (bytes) => bytes;
const text = (bytes) => bytes.toString();
const within = (milliseconds) => ({ deadline: Date.now() + milliseconds });
const soon = () => within(20000);
const truth = (is) => (is ? "True" : "False");

function say(...values) {
  console.log(values.join(" "));
}

function unary(method, request, options, metadata = new grpc.Metadata()) {
  return new Promise((resolve) => {
    const seen = {};
    const call = client.makeUnaryRequest(method, plain, plain, request, metadata, options, (error, answer) => {
      // The status comes behind the answer.
      setImmediate(() => resolve({ error, answer, ...seen }));
    });
    call.on("metadata", (first) => (seen.first = first));
    call.on("status", (status) => (seen.last = status.metadata));
  });
}

function rest(call) {
  const answers = [];
  return new Promise((resolve, reject) => {
    call.on("data", (answer) => answers.push(text(answer)));
    call.on("end", () => resolve(answers));
    call.on("error", reject);
  });
}

async function ended(what, method, request = Buffer.alloc(0)) {
  const { error } = await unary(method, request, soon());
  say(what, error.code, error.details);
}

async function main() {
  const asked = new grpc.Metadata();
  asked.set("x-asked", "yes");
  const { answer, first, last } = await unary("/shop.Echo/Unary", Buffer.alloc(300000, "a"), soon(), asked);
  say("unary", answer.length);
  say("metadata", first.get("x-first")[0], last.get("x-last")[0], last.get("x-bytes-bin")[0].toString("hex"));
  say("answers", ...(await rest(client.makeServerStreamRequest("/shop.Echo/Answers", plain, plain, Buffer.from("3"), soon()))));
  const all = await new Promise((resolve, reject) => {
    const call = client.makeClientStreamRequest("/shop.Echo/Asked", plain, plain, soon(), (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
    ["a", "b", "c"].forEach((letter) => call.write(Buffer.from(letter)));
    call.end();
  });
  say("asked", text(all));
  // The next request goes out only when the answer to the one before has come.
  const both = client.makeBidiStreamRequest("/shop.Echo/Both", plain, plain, soon());
  const letters = ["a", "b", "c"];
  both.on("data", () => (letters.length > 0 ? both.write(Buffer.from(letters.shift())) : both.end()));
  both.write(Buffer.from(letters.shift()));
  say("both", ...(await rest(both)));
  const told = [];
  for (const [own, most] of [[1000, 1100], [60000, 2000], [0, 2000]]) {
    const { answer } = await unary("/shop.Echo/Left", Buffer.alloc(0), own > 0 ? within(own) : {});
    told.push(truth(Number(text(answer)) > 0 && Number(text(answer)) <= most));
  }
  say("left", ...told);
  await ended("fail", "/shop.Echo/Fail");
  // The house and the service both end it at that moment.
  say("slow", (await unary("/shop.Echo/Slow", Buffer.alloc(0), {})).error.code);
  await ended("unknown", "/shop.Other/Unary");
  await ended("locked", "/shop.Locked/Unary");
  await ended("large", "/shop.Echo/Unary", Buffer.alloc(2000000, "a"));
  const stops = client.makeServerStreamRequest("/shop.Echo/Stops", plain, plain, Buffer.alloc(0), {});
  stops.on("data", (answer) => say("stops", text(answer)));
  const error = await new Promise((resolve) => stops.on("error", resolve));
  say("stops", error.code, error.details);
  client.close();
}

main();
