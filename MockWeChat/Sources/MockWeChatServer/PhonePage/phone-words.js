// The page's own sentences, side by side in both languages. Those of the mini-program are its own.

const WORDS = {
  title: { zh: '虚拟手机', en: 'Virtual phone' },
  testing: { zh: 'mock-wechat · 仅供测试', en: 'mock-wechat · for testing only' },
  loading: { zh: '请稍候…', en: 'One moment…' },
  owner: { zh: '{name}的手机', en: '{name}’s phone' },
  who_title: { zh: '这是谁的手机？', en: 'Whose phone is this?' },
  who_text: { zh: '选好人，扫到的码就会打开。', en: 'Choose a person, and the scanned code opens.' },

  scan: { zh: '扫一扫', en: 'Scan' },
  scan_text: { zh: '用相机，或用截图', en: 'By the camera, or from a screenshot' },
  recent_app: { zh: '最近使用的小程序', en: 'Recent mini-program' },
  app_running: { zh: '在后台运行', en: 'Running in the background' },
  app_closed: { zh: '已关闭', en: 'Closed' },
  home: { zh: '回到主屏', en: 'Home screen' },
  back: { zh: '返回', en: 'Back' },

  how: { zh: '手机怎么看码', en: 'How the phone looks at it' },
  how_camera: { zh: '相机', en: 'Camera' },
  how_longpress: { zh: '长按图片', en: 'Long press' },
  how_album: { zh: '相册', en: 'Album' },
  drop_title: { zh: '把登录页的截图放到这里', en: 'Drop a screenshot of the login page' },
  drop_text: { zh: '拖放、粘贴，或选择图片', en: 'Drop it, paste it, or choose a picture' },
  choose: { zh: '选择截图', en: 'Choose a file' },
  share: { zh: '对准一个窗口', en: 'Point at a window' },
  film: { zh: '打开摄像头', en: 'Use this camera' },
  filming: { zh: '正在找码…', en: 'Looking for a code…' },
  stop: { zh: '停止', en: 'Stop' },
  just_made: { zh: '刚生成的码', en: 'Codes just made' },
  none_made: {
    zh: '还没有码。打开登录页，码就会出现在这里。',
    en: 'None yet. Open a login page, and its code appears here.',
  },
  ago_s: { zh: '{n} 秒前', en: '{n} s ago' },
  ago_min: { zh: '{n} 分钟前', en: '{n} min ago' },
  ago_h: { zh: '{n} 小时前', en: '{n} h ago' },
  code_alt: { zh: '{ago}生成的码', en: 'Code made {ago}' },
  album: { zh: '相册里的截图', en: 'Screenshots in the album' },
  album_alt: { zh: '第 {n} 张截图', en: 'Screenshot {n}' },

  no_code_found: { zh: '图片里没有找到码。', en: 'There is no code in that picture.' },
  code_unknown: {
    zh: '这个码不是本次运行生成的，请刷新登录页。',
    en: 'That code is of another run of the mock. Reload the login page.',
  },
  not_a_member: {
    zh: '这是体验版或开发版的码，{name}不是成员。',
    en: 'That code opens a trial version, and {name} is not among its members.',
  },
  not_png: { zh: '这不是图片。', en: 'That is not a picture.' },
  too_large: { zh: '图片太大了。', en: 'That picture is too large.' },
  scan_offline: { zh: '没有网络，扫不了码。', en: 'Without a network no code can be scanned.' },
  mock_gone: { zh: '连不上 mock-wechat。', en: 'mock-wechat does not answer.' },
  no_camera: { zh: '没有可用的摄像头。', en: 'There is no camera to use.' },

  crashed: { zh: '小程序出错了', en: 'The mini-program failed' },
  crashed_text: { zh: '它的脚本抛出了错误：', en: 'Its script threw:' },
  close: { zh: '关闭', en: 'Close' },
  menu: { zh: '更多', en: 'More' },
  cancel: { zh: '取消', en: 'Cancel' },
  choose_avatar: { zh: '选择头像', en: 'Choose a picture' },
  wechat_avatar: { zh: '用微信头像', en: 'Use the WeChat picture' },
  album_avatar: { zh: '从相册选择', en: 'Choose from the album' },
  wechat_name: { zh: '用微信昵称：{name}', en: 'Use the WeChat name: {name}' },
  consent_title: { zh: '用户隐私保护提示', en: 'Your privacy' },
  consent_text: {
    zh: '使用前请阅读并同意小程序的隐私保护指引。',
    en: 'Read the privacy guide of the mini-program and agree before you use it.',
  },
  number_title: { zh: '申请获取您的手机号', en: 'It asks for your phone number' },
  number_text: {
    zh: '微信绑定的号码：{number}',
    en: 'The number bound to WeChat: {number}',
  },
  allow: { zh: '允许', en: 'Allow' },
  agree: { zh: '同意', en: 'Agree' },
  refuse: { zh: '拒绝', en: 'Refuse' },
  contract_title: { zh: '隐私保护指引', en: 'Privacy guide' },
  contract_text: {
    zh: '在真机上，这里是您在微信公众平台填写的隐私保护指引。',
    en: 'On a real phone this is the privacy guide that you fill in at WeChat.',
  },
  understood: { zh: '知道了', en: 'OK' },

  desk_person: { zh: '谁的手机', en: 'Whose phone' },
  desk_add: { zh: '新的人', en: 'Another person' },
  desk_add_button: { zh: '添加', en: 'Add' },
  desk_language: { zh: '手机语言', en: 'Language of the phone' },
  desk_network: { zh: '网络', en: 'Network' },
  online: { zh: '有网络', en: 'Online' },
  offline: { zh: '没有网络', en: 'Offline' },
  desk_app: { zh: '小程序', en: 'Mini-program' },
  to_background: { zh: '切到后台', en: 'To the background' },
  come_back: { zh: '回到前台', en: 'Come back' },
  kill: { zh: '结束进程', en: 'Kill' },
  delete_data: { zh: '删除数据', en: 'Delete its data' },
  desk_calls: { zh: '小程序的调用', en: 'What the mini-program called' },
  no_calls: { zh: '还没有调用。', en: 'Nothing yet.' },
  built_in: { zh: '内置', en: 'built in' },
  may_call: { zh: '可以请求 {list}', en: 'may call {list}' },
  may_call_none: {
    zh: '没有登记 request 域名，任何请求都会失败',
    en: 'has no registered domains, so every request fails',
  },
  tools: { zh: '设置', en: 'Settings' },
};

/** `say('key', {name: value})` in a language. */
export function speak(lang) {
  return (key, values = {}) => (
    WORDS[key][lang].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole));
}

export const isWord = (key) => Object.hasOwn(WORDS, key);
