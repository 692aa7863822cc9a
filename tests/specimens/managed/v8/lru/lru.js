// EXPECT pass
//
// A cache of the last 64 answers, which is full long before a run ends: what
// comes in pushes out what was used least recently.
'use strict';
const {serve} = require('../common/server');

const MOST = 64;
const answers = new Map();
let asked = 0;

class Answer {
  constructor(question) {
    this.question = question;
    this.body = Buffer.alloc(2048, question);
  }
}

const answer = (question) => {
  const known = answers.get(question) ?? new Answer(question);
  answers.delete(question);
  answers.set(question, known);
  if (answers.size > MOST) answers.delete(answers.keys().next().value);
  return known;
};

serve((socket) => {
  socket.on('message', () => answer(`question ${++asked % 500}`));
});
