/// `Fixtures/Worlds/default.yaml`, letter for letter; a test holds the two together.
let defaultWorldFile = """
    # The world that mock-wechat starts with when no other is named. Nothing in it is a real secret.
    seed: 1
    clock: { mode: real }
    apps:
      - appid: wx0123456789abcdef
        secret: 0123456789abcdef0123456789abcdef
        kind: miniprogram
        released: true
        pages: [pages/confirm/confirm, pages/index/index]
        open_platform: true
        ip_allow_list: []
        secret_frozen: false
        request_domains: ["http://127.0.0.1:8080"]
        members: [alice]
        quotas: { codes_per_minute: 5000, code2session_per_user_per_minute: 100, tokens_per_day: 2000 }
        templates: []
    people:
      - { name: alice, nickname: 爱丽丝, phone_number: "13800000001" }
      - { name: bob, nickname: Bob, phone_number: "13800000002" }
      - { name: carol, nickname: 卡罗, phone_number: "13800000003" }
      - { name: mallory, nickname: Mallory, phone_number: "13800000004" }
    switches: { forced_refresh_overlap_s: 0, image_content_type: image/jpeg }

    """
