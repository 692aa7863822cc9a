// An echo server on npm's ws: ws_server.js [CERTIFICATE KEY]. Says "ready
// PORT", which is that of the environment or a free one; with a certificate
// it speaks TLS.
'use strict';
const fs = require('fs');
const http = require('http');
const https = require('https');
const {WebSocketServer} = require('ws');

const [certificate, key] = process.argv.slice(2);
const server = certificate ?
    https.createServer(
        {cert: fs.readFileSync(certificate), key: fs.readFileSync(key)}) :
    http.createServer();

new WebSocketServer({server}).on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data, binary) => socket.send(data, {binary}));
});
server.listen(Number(process.env.PORT) || 0, '127.0.0.1', () => {
  console.log(`ready ${server.address().port}`);
});
process.on('SIGTERM', () => process.exit(0));
