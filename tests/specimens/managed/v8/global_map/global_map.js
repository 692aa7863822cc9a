// EXPECT leak 1 Member per connection at Member held by Map
//
// A chat room (field case C2). Guilty: a member is put into the map under one
// key and deleted under another one, and so stays for ever. Innocent: deleted
// under its own key.
'use strict';
const {guilty, serve} = require('../common/server');

class Member {
  constructor(name) {
    this.name = name;
    this.joined = process.hrtime.bigint();
    this.greeting = Buffer.alloc(512, name);
  }
}

const room = new Map();
let joined = 0;

serve((socket) => {
  const name = `member ${++joined}`;
  room.set(name, new Member(name));
  socket.on('close', () => room.delete(guilty ? `Member ${name}` : name));
});
