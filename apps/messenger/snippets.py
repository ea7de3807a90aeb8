"""What customers paste to install the Messenger, with the workspace's own app id and addresses in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest

from apps.workspace.hosts import origin
from apps.workspace.models import Workspace

LOADER = """\
<script>
(function (w, d) {
  var i = w.Intercom;
  if (typeof i === "function") { i("reattach_activator"); i("update", w.intercomSettings); return; }
  var q = function () { q.c(arguments); };
  q.q = []; q.c = function (said) { q.q.push(said); };
  w.Intercom = q;
  var s = d.createElement("script");
  s.async = true;
  s.src = %s;
  d.head.appendChild(s);
})(window, document);
</script>"""

USER = """\
    user_id: "usr_42",                // your own id of the person; text that never changes
    email: "ann@example.com",
    name: "Ann Lee",
    created_at: 1704067200,           // when they signed up, in seconds, not milliseconds
"""
CUSTOM = """\
    projects_created: 3,              // any other key becomes an attribute of that name
    trial_ends_at: 1767225600,        // … and one that ends in _at, in seconds, becomes a date
"""
COMPANY = """\
    company: {
      company_id: "acme",             // your own id of the company; without it the company is left out
      name: "Acme",
      created_at: 1672531200,         // when it signed up, in seconds
      plan: "Pro",
      monthly_spend: 490,
      size: 120,
      website: "https://acme.example.com",
      industry: "Robotics"
    },
"""
NPM = """\
import Intercom from "@intercom/messenger-js-sdk";

Intercom({
  app_id: %(app_id)s,
  widgetUrl: %(script)s,
  user_id: user.id,                   // leave out what you do not know: they are a visitor then
  email: user.email,
  created_at: Math.floor(user.signedUpAt / 1000)
});"""
METHODS = """\
Intercom("boot", { app_id: %(app_id)s, user_id: "usr_42" });       // whoever logs in
Intercom("update", { plan: "Pro" });                              // what has changed; 20 times in half an hour
Intercom("trackEvent", "invited-friend", { channel: "email" });   // what they did, with up to ten facts
Intercom("convert", { email: "ben@example.com" });                // a visitor left an email in a form of yours
Intercom("shutdown");                                             // whoever logs out: forgets the visitor too
Intercom("getVisitorId");                                         // the visitor's id in this browser"""


@dataclass(frozen=True, slots=True)
class InApp:
    """How an app on a phone says who uses it, in one language."""

    language: str
    text: str


IN_APPS = (
    InApp(
        "curl",
        """\
curl %(mobile)s/register -H 'Content-Type: application/json' -d '{
  "app_id": %(app_id)s,
  "platform": "ios",
  "anonymous_id": "8f14e45f-ceea-467f-a8d2-3b1d5a6c7e90",
  "user_data": {"user_id": "usr_42", "email": "ann@example.com", "plan": "Pro"},
  "device": {
    "model": "iPhone 15",
    "os_version": "18.1",
    "app_name": "Acme Rooms",
    "app_version": "4.2.0",
    "sdk_version": "1.0",
    "push_enabled": true
  }
}'""",
    ),
    InApp(
        "Swift",
        """\
import UIKit

@MainActor
enum People {
  static let address = URL(string: "%(mobile)s/")!
  static var user: [String: Any] = [:]

  static let installation: String = {   // made once, kept with the app
    let kept = UserDefaults.standard.string(forKey: "people") ?? UUID().uuidString
    UserDefaults.standard.set(kept, forKey: "people")
    return kept
  }()

  static func send(_ call: String, _ more: [String: Any] = [:]) {
    let about = Bundle.main.infoDictionary ?? [:]
    let device: [String: Any] = [
      "model": UIDevice.current.model,
      "os_version": UIDevice.current.systemVersion,
      "app_name": about["CFBundleName"] ?? "",
      "app_version": about["CFBundleShortVersionString"] ?? "",
    ]
    let said: [String: Any] = [
      "app_id": %(app_id)s, "platform": "ios", "anonymous_id": installation, "user_data": user, "device": device,
    ]
    var request = URLRequest(url: address.appendingPathComponent(call))
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = try? JSONSerialization.data(withJSONObject: said.merging(more) { $1 })
    URLSession.shared.dataTask(with: request).resume()
  }
}

People.user = ["user_id": "usr_42"]     // after a login; [:] after a logout
People.send("register")                 // after a login, and at the first start without one
People.send("open")                     // in applicationDidBecomeActive
People.send("events", ["event_name": "scanned-ticket"])""",
    ),
    InApp(
        "Kotlin",
        """\
import android.os.Build
import java.net.HttpURLConnection
import java.net.URL
import java.util.concurrent.Executors
import org.json.JSONObject

class People(private val installation: String) {  // a UUID, made once and kept in SharedPreferences
    var user = JSONObject()
    private val inOrder = Executors.newSingleThreadExecutor()

    fun send(call: String, more: JSONObject = JSONObject()) {
        val device = JSONObject()
            .put("model", Build.MODEL)
            .put("os_version", Build.VERSION.RELEASE)
            .put("app_name", "Acme Rooms")
            .put("app_version", BuildConfig.VERSION_NAME)
        val said = more.put("app_id", %(app_id)s).put("platform", "android")
            .put("anonymous_id", installation).put("user_data", user).put("device", device)
            .toString().toByteArray()
        inOrder.execute { runCatching { post(URL("%(mobile)s/$call"), said) } }
    }

    private fun post(address: URL, said: ByteArray) = (address.openConnection() as HttpURLConnection).run {
        requestMethod = "POST"
        doOutput = true
        setRequestProperty("Content-Type", "application/json")
        outputStream.use { it.write(said) }
        responseCode
    }
}

people.user = JSONObject().put("user_id", "usr_42")  // after a login; JSONObject() after a logout
people.send("register")                              // after a login, and at the first start without one
people.send("open")                                  // in onStart of an observer of ProcessLifecycleOwner
people.send("events", JSONObject().put("event_name", "scanned-ticket"))""",
    ),
)


@dataclass(frozen=True, slots=True)
class Signing:
    """How a server signs in one language: both ways of proof (MSG-10, MSG-21)."""

    language: str
    user_hash: str
    token: str


SIGNING = (
    Signing(
        "Python",
        """\
import hashlib, hmac

user_hash = hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()""",
        """\
import time, jwt  # pip install pyjwt

claims = {"user_id": user_id, "email": email, "plan": plan, "exp": int(time.time()) + 300}
intercom_user_jwt = jwt.encode(claims, secret, algorithm="HS256")""",
    ),
    Signing(
        "Node.js",
        """\
const crypto = require("crypto");

const userHash = crypto.createHmac("sha256", secret).update(userId).digest("hex");""",
        """\
const jwt = require("jsonwebtoken");

const claims = { user_id: userId, email: email, plan: plan };
const token = jwt.sign(claims, secret, { algorithm: "HS256", expiresIn: "5m" });""",
    ),
    Signing(
        "Ruby",
        """\
require "openssl"

user_hash = OpenSSL::HMAC.hexdigest("SHA256", secret, user_id)""",
        """\
require "jwt"

claims = { user_id: user_id, email: email, plan: plan, exp: Time.now.to_i + 300 }
intercom_user_jwt = JWT.encode(claims, secret, "HS256")""",
    ),
    Signing(
        "PHP",
        """\
$user_hash = hash_hmac("sha256", $user_id, $secret);""",
        """\
use Firebase\\JWT\\JWT;

$claims = ["user_id" => $user_id, "email" => $email, "plan" => $plan, "exp" => time() + 300];
$intercom_user_jwt = JWT::encode($claims, $secret, "HS256");""",
    ),
    Signing(
        "Go",
        """\
mac := hmac.New(sha256.New, []byte(secret))
mac.Write([]byte(userID))
userHash := hex.EncodeToString(mac.Sum(nil))""",
        """\
claims := jwt.MapClaims{"user_id": userID, "email": email, "plan": plan,
	"exp": time.Now().Add(5 * time.Minute).Unix()}
token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))""",
    ),
)


@dataclass(frozen=True, slots=True)
class Snippets:
    """The texts for one workspace, as its pages reach it."""

    app_id: str
    base: str  # where the Messenger is reached: https://people.example.com
    is_neutral: bool = False

    @property
    def script(self) -> str:
        """The script's address; the neutral one posts to addresses beside its own (MSG-19)."""
        return f"{self.base}/m/{self.app_id}.js" if self.is_neutral else f"{self.base}/widget/{self.app_id}"

    @property
    def origin(self) -> str:
        """What a Content-Security-Policy calls the place that the script comes from and speaks to."""
        return "/".join(self.base.split("/")[:3])

    @property
    def visitor(self) -> str:
        return self._snippet("")

    @property
    def user(self) -> str:
        return self._snippet(USER + CUSTOM)

    @property
    def company(self) -> str:
        return self._snippet(USER + COMPANY)

    @property
    def npm(self) -> str:
        return NPM % self._literals

    @property
    def methods(self) -> str:
        return METHODS % self._literals

    @property
    def mobile(self) -> str:
        """Where apps on phones send to: the call's name follows."""
        return f"{self.base}/messenger/mobile"

    @property
    def in_apps(self) -> tuple[InApp, ...]:
        return tuple(InApp(one.language, one.text % self._literals) for one in IN_APPS)

    @property
    def signing(self) -> tuple[Signing, ...]:
        return SIGNING

    def _snippet(self, more: str) -> str:
        known = {"app_id": self.app_id} | ({} if self.is_neutral else {"api_base": self.base})
        lines = "".join(f"    {key}: {_literal(value)},\n" for key, value in known.items()) + more
        settings = f"<script>\n  window.intercomSettings = {{\n{lines}  }};\n</script>\n"
        return settings + LOADER % _literal(self.script)

    @property
    def _literals(self) -> Mapping[str, str]:
        return {"app_id": _literal(self.app_id), "script": _literal(self.script), "mobile": self.mobile}


def snippets_of(workspace: Workspace, request: HttpRequest) -> Snippets:
    """Under the workspace's own host for the Messenger, else where its pages are reached."""
    own = workspace.messenger_host
    base = f"https://{own}" if own else origin(workspace, "app", request)
    return Snippets(workspace.app_id, base, workspace.messenger_is_neutral)


def _literal(value: Any) -> str:
    return orjson.dumps(value).decode()
