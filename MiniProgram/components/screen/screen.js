'use strict';

// Draws the program's view, and hands on what the person does. It decides nothing.
Component({
  data: { view: null },

  lifetimes: {
    attached() {
      const { program } = getApp();
      this.program = program;
      this.leave = program.subscribe((view) => this.setData({ view }));
      this.setData({ view: program.view });
    },

    detached() {
      this.leave();
    },
  },

  methods: {
    tap(event) {
      this.program.tap(event.currentTarget.dataset.id);
    },

    typeNumber(event) {
      this.program.input('number', event.detail.value);
    },

    chooseAvatar(event) {
      this.program.tap('avatar', event.detail);
    },

    givePhoneNumber(event) {
      this.program.tap('phone', event.detail);
    },

    submitNickName(event) {
      this.program.tap('nickname', event.detail.value);
    },

    reviewNickName(event) {
      this.program.input('nickname-review', event.detail);
    },
  },
});
