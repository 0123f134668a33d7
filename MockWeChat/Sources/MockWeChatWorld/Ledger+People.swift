extension Ledger {
    /// Phone numbers, content checks, messages.
    static let people: [LedgerRule] = [
        LedgerRule(
            "phone.success",
            "The number, with and without its country, and a watermark",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.foreign",
            "A foreign number carries its country in phoneNumber",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.once",
            "40029 `invalid code`, with a space: a code works once",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.life",
            "A code lives five minutes",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.login-code",
            "A js_code is no phone-number code",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.40013",
            "40013: the code belongs to another app",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.45011",
            "45011: too many a minute; the number is not published",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "phone.40001",
            "40001: an unknown token",
            .documented,
            source: "WeChat page api_getphonenumber",
            date: "2026-06",
            where: "/wxa/business/getuserphonenumber"
        ),
        LedgerRule(
            "msg.pass",
            "Version 2: harmless content passes with label 100",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.risky",
            "Version 2: risky content is a success that says so, with the keyword",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.review",
            "Version 2: content for a person to look at",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.v1",
            "Version 1: risky content is refused with 87014",
            .observed,
            source: "capture",
            date: "2021",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.trace",
            "trace_id has the form of a request id",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.4000",
            "4,000 a minute and 2,000,000 a day",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.40129",
            "40129: a scene outside of 1 to 4",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.40003",
            "40003: an openid that nobody has",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.43104",
            "43104: an openid of another app",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.61010",
            "61010: a user who was not in the app for two hours",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.44002",
            "44002: no body",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.43002",
            "43002: GET",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.47001",
            "47001: no content",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.44991",
            "44991: 4,000 a minute; here one",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.45009",
            "45009: 2,000,000 a day; here one",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.40001",
            "40001: an unknown token",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_msgseccheck",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "msg.45002",
            "45002: more than 2,500 letters",
            .assumed,
            source: "the page gives the length only",
            date: "2026-06",
            where: "/wxa/msg_sec_check"
        ),
        LedgerRule(
            "img.ok",
            "A harmless picture: 0",
            .documented,
            source: "WeChat page imgSecCheck",
            date: "2021-09-01",
            where: "/wxa/img_sec_check"
        ),
        LedgerRule(
            "img.87014",
            "87014 `risky content`; the mock goes by the name of the file",
            .documented,
            source: "WeChat page imgSecCheck",
            date: "2021-09-01",
            where: "/wxa/img_sec_check"
        ),
        LedgerRule(
            "img.47001",
            "47001: a wrong multipart form",
            .observed,
            source: "post",
            date: "2021",
            where: "/wxa/img_sec_check"
        ),
        LedgerRule(
            "img.40004",
            "40004: no PNG, JPEG or GIF",
            .assumed,
            source: "the page gives the kinds only",
            date: "2021-09-01",
            where: "/wxa/img_sec_check"
        ),
        LedgerRule(
            "img.2000",
            "2,000 a minute and 200,000 a day",
            .documented,
            source: "WeChat page imgSecCheck",
            date: "2021-09-01",
            where: "/wxa/img_sec_check"
        ),
        LedgerRule(
            "media.ok",
            "A trace_id comes at once, the verdict later",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.40004",
            "40004: a media_type outside of 1 and 2",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.40129",
            "40129: a scene outside of 1 to 4",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.40003",
            "40003: an openid that nobody has",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.43104",
            "43104: an openid of another app",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.61010",
            "61010: a user who was not in the app for two hours",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.87020",
            "87020: repeated requests; by a fault",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.44991",
            "44991: 2,000 a minute; here one",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.45009",
            "45009: 200,000 a day; here one",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.40001",
            "40001: an unknown token",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "media.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_mediacheckasync",
            date: "2026-06",
            where: "/wxa/media_check_async"
        ),
        LedgerRule(
            "subscribe.ok",
            "A message to a person who agreed: 0",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.43101",
            "43101 `user refuse to accept the msg`",
            .observed,
            source: "capture",
            date: "2024",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.one",
            "One consent pays for one message",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.40003-unknown-openid",
            "40003: an openid that is not of this app",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.40037-unknown-template",
            "40037: a template that the app does not have",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-empty-value",
            "47003: an empty value; the text names the field",
            .observed,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-thing-too-long",
            "47003: a thing of 21 letters",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-number-with-letters",
            "47003: letters in a number",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-phrase-not-chinese",
            "47003: a phrase of Latin letters",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-letter-with-digit",
            "47003: a digit in a letter field",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-character-string-with-han",
            "47003: a Chinese letter in a character_string",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-name-too-long",
            "47003: a name of eleven Chinese letters",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-phone-number-too-long",
            "47003: a phone number of 18 signs",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.47003-state",
            "47003: a miniprogram_state outside of its set",
            .assumed,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.40001-unknown-token",
            "40001: an unknown token",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.40014-invalid-token",
            "40014: an invalid token; by a fault",
            .documented,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.43107-banned",
            "43107: the capability is banned; the text is not published",
            .assumed,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.43108-concurrent",
            "43108: sends to one user at the same time; the text is not published",
            .assumed,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
        LedgerRule(
            "subscribe.45168-forbidden-word",
            "45168: a forbidden word; the text is not published",
            .assumed,
            source: "WeChat page api_sendmessage",
            date: "2026-06",
            where: "/cgi-bin/message/subscribe/send"
        ),
    ]
}
