// EXPECT leak 1 Session per connection at Session held by EventEmitter, function onNews
//
// A listener of news for each connection. Guilty: it stays with the emitter
// when the connection has gone, and with it what it closes over. Innocent: it
// is taken off.
'use strict';
const {EventEmitter} = require('events');
const {guilty, serve} = require('../common/server');

class Session {
  constructor(name) {
    this.name = name;
    this.unread = 0;
    this.history = new Array(64).fill(0);
  }
}

const news = new EventEmitter();
news.setMaxListeners(0);
let sessions = 0;

serve((socket) => {
  const session = new Session(++sessions);
  const onNews = (text) => {
    session.history[session.unread++ % 64] = text.length;
  };
  news.on('news', onNews);
  socket.on('close', () => {
    if (!guilty) news.off('news', onNews);
  });
});
