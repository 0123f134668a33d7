// What a user would write instead of the mock, on Node: three fixed answers, nothing checked.
const http = require("node:http");
const fs = require("node:fs");

const picture = fs.readFileSync(process.argv[3]);
const answers = {
  "/cgi-bin/stable_token": JSON.stringify({ access_token: "90_" + "a".repeat(153), expires_in: 7200 }),
  "/sns/jscode2session": JSON.stringify({ session_key: "AAECAwQFBgcICQoLDA0ODw==", openid: "o" + "b".repeat(27) }),
};

http
  .createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const path = request.url.split("?")[0];
      if (path === "/wxa/getwxacodeunlimit") {
        response.writeHead(200, { "Content-Type": "image/jpeg", "Content-Length": picture.length });
        response.end(picture);
      } else {
        const body = answers[path] ?? '{"errcode":40066,"errmsg":"invalid url"}';
        response.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length });
        response.end(body);
      }
    });
  })
  .listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
