'use strict';

// What the code in the picture opens. The app has read the scene already.
Page({
  onReady() {
    wx.setNavigationBarTitle({ title: getApp().program.view.site, fail() {} });
  },
});
