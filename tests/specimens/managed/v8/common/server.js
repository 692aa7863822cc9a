// What the specimens share: words of the command line, and an echo server on
// npm's ws, which is found by NODE_PATH.
'use strict';
const http = require('http');
const {WebSocketServer} = require('ws');

const option = (name) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))
      ?.slice(name.length + 3);

exports.guilty = process.argv.includes('--guilty');

// Answers every message with itself; `meet` is told of each connection.
exports.serve = (meet) => {
  const server = http.createServer();
  new WebSocketServer({server, perMessageDeflate: false})
      .on('connection', (socket) => {
        socket.on('error', () => {});
        socket.on('message', (data, isBinary) =>
          socket.send(data, {binary: isBinary}));
        meet(socket);
      });
  server.listen(Number(option('port')), '127.0.0.1');
  return server;
};

process.on('SIGTERM', () => process.exit(0));
