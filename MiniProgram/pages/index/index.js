'use strict';

// Where the mini-program opens without a code.
Page({
  onReady() {
    wx.setNavigationBarTitle({ title: getApp().program.view.site, fail() {} });
  },
});
