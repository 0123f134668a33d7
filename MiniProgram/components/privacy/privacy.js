'use strict';

// WeChat's question for consent, over everything else. WeChat checks that the agreeing button was
// really tapped, and knows it by its id.
Component({
  properties: { question: Object },

  methods: {
    tap(event) {
      getApp().program.tap(event.currentTarget.dataset.id);
    },
  },
});
