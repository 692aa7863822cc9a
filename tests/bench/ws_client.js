// The Node ws client as a load driver: ws_client.js echo|churn|idle URL
// CONNECTIONS SECONDS. Prints one line of JSON, as bare_loop does.
'use strict';
const {performance} = require('perf_hooks');
const WebSocket = require('ws');

const [mode, url, connections, seconds] = process.argv.slice(2);
const count = Number(connections);
const message = Buffer.from('abcdefghijklmnopqrst');
const options = {perMessageDeflate: false};
let operations = 0;
let errors = 0;
let over = false;
let start = 0;
let cpu = null;

function finish() {
  over = true;
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({
    mode: `node-${mode}`,
    operations,
    seconds: (performance.now() - start) / 1e3,
    cpu_seconds: (used.user + used.system) / 1e6,
    errors,
  }));
  process.exit(errors === 0 ? 0 : 1);
}

function begin() {
  start = performance.now();
  cpu = process.cpuUsage();
  setTimeout(finish, Number(seconds) * 1e3);
}

function churn() {
  const socket = new WebSocket(url, options);
  socket.on('error', () => ++errors);
  socket.on('open', () => {
    ++operations;
    socket.terminate();
  });
  socket.on('close', () => over || churn());
}

function stay(opened) {
  const socket = new WebSocket(url, options);
  socket.on('error', () => ++errors);
  socket.on('open', () => opened(socket));
}

function echo() {
  const open = [];
  for (let i = 0; i < count; ++i) {
    stay((socket) => {
      open.push(socket);
      socket.on('message', () => {
        ++operations;
        if (!over) socket.send(message);
      });
      if (open.length < count) return;
      begin();
      for (const each of open) each.send(message);
    });
  }
}

if (mode === 'churn') {
  begin();
  for (let i = 0; i < count; ++i) churn();
} else if (mode === 'idle') {
  for (let i = 0; i < count; ++i)
    stay(() => ++operations === count && begin());
} else {
  echo();
}
