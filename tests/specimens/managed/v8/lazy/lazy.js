// EXPECT pass
//
// What a service loads, compiles and caches when it is first needed, and what
// V8 optimises while it runs: none of it grows with connections.
'use strict';
const {serve} = require('../common/server');

let parser;
const lazy = {
  get zlib() { return require('zlib'); },
  get crypto() { return require('crypto'); },
  get querystring() { return require('querystring'); },
  get parser() {
    return parser ??= new Function('text', 'return text.split("&").length');
  },
};

let connections = 0;

// Hot enough to be optimised in the middle of a run.
const checksum = (data) => {
  let sum = 0;
  for (let round = 0; round < 50; ++round)
    for (const byte of data) sum = (sum * 31 + byte) >>> 0;
  return sum;
};

serve((socket) => {
  ++connections;
  if (connections > 10) lazy.querystring.parse('a=1&b=2');
  if (connections > 30) lazy.crypto.createHash('sha256').update('x').digest();
  if (connections > 50) lazy.zlib.deflateSync('x'.repeat(100));
  if (connections > 70) lazy.parser('a=1&b=2');
  socket.on('message', (data) => checksum(data));
});
