"""What a user would write instead of the mock, on Flask: three fixed answers, nothing checked."""
import logging
import pathlib
import sys

from flask import Flask, Response

logging.getLogger("werkzeug").disabled = True
app = Flask(__name__)
picture = pathlib.Path(sys.argv[2]).read_bytes()


@app.post("/cgi-bin/stable_token")
def token():
    return {"access_token": "90_" + "a" * 153, "expires_in": 7200}


@app.get("/sns/jscode2session")
def session():
    return {"session_key": "AAECAwQFBgcICQoLDA0ODw==", "openid": "o" + "b" * 27}


@app.post("/wxa/getwxacodeunlimit")
def code():
    return Response(picture, mimetype="image/jpeg")


app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
