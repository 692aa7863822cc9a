// An echo server on npm's ws at a port of 127.0.0.1: node_ws.js PORT
'use strict';
const {WebSocketServer} = require('ws');

new WebSocketServer({host: '127.0.0.1', port: Number(process.argv[2])}, () => {
  console.log('ready');
}).on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data, binary) => socket.send(data, {binary}));
});
