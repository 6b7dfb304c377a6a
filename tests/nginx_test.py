#!/usr/bin/env python3
"""The shipped packaging/nginx.conf in front of the real service, driven as clients would: nginx from Debian, a
self-signed certificate, free ports. NASKAH_COMMAND names the program. Exits 77 if nginx is not installed."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = "naskah.contoh.example"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(ready, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.05)
    raise RuntimeError(f"not in {seconds} s: {what}")


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Proxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="naskah-nginx-"))
        cls.folder.chmod(0o755)
        cls.running = []
        try:
            cls.set_up()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def set_up(cls):
        # A copy, for it goes away under the running service, as in an upgrade.
        command = cls.folder / "naskah"
        shutil.copy(os.environ["NASKAH_COMMAND"], command)
        surroundings = {**os.environ, "NASKAH_TEMPLATES": str(ROOT / "templates"), "NASKAH_WEB": str(ROOT / "web")}
        cls.office = cls.folder / "kantor"
        subprocess.run([command, "init", cls.office, "--demo"], check=True, capture_output=True, env=surroundings)
        cls.service_port, cls.https_port, cls.http_port = free_port(), free_port(), free_port()
        cls.journal = open(cls.folder / "service.log", "wb")
        cls.running.append(subprocess.Popen(
            [command, "--office", cls.office, "serve", "--listen", f"127.0.0.1:{cls.service_port}"],
            stdout=cls.journal, stderr=cls.journal, env=surroundings))
        until(lambda: listens(cls.service_port), "the service")
        command.unlink()

        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                        "-keyout", cls.folder / "key.pem", "-out", cls.folder / "cert.pem"],
                       check=True, capture_output=True)
        shipped = (ROOT / "packaging/nginx.conf").read_text()
        for old, new in [
            ("127.0.0.1:8080", f"127.0.0.1:{cls.service_port}"),
            ("listen 80;", f"listen 127.0.0.1:{cls.http_port};"), ("    listen [::]:80;\n", ""),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{cls.https_port} ssl http2;"),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("/etc/ssl/naskah/naskah.pem", f"{cls.folder}/cert.pem"),
            ("/etc/ssl/naskah/naskah.key", f"{cls.folder}/key.pem"),
            ("/usr/share/naskah/nginx/", f"{ROOT}/packaging/nginx-pages/"),
            ("/var/log/nginx/naskah.log", f"{cls.folder}/access.log"),
            ("/var/log/nginx/naskah-error.log", f"{cls.folder}/error.log"),
        ]:
            assert old in shipped, f"packaging/nginx.conf does not say {old!r} any more"
            shipped = shipped.replace(old, new)
        (cls.folder / "naskah.conf").write_text(shipped)
        for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            (cls.folder / name).mkdir()
        user = "user www-data;" if os.geteuid() == 0 else ""
        if os.geteuid() == 0:
            shutil.chown(cls.folder / "body", "www-data")
            shutil.chown(cls.folder / "proxy", "www-data")
        (cls.folder / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid {cls.folder}/nginx.pid; error_log {cls.folder}/start.log info;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types;
  client_body_temp_path {cls.folder}/body; proxy_temp_path {cls.folder}/proxy;
  fastcgi_temp_path {cls.folder}/fastcgi; uwsgi_temp_path {cls.folder}/uwsgi; scgi_temp_path {cls.folder}/scgi;
  include {cls.folder}/naskah.conf;
}}
""")
        checked = subprocess.run(["nginx", "-t", "-c", cls.folder / "nginx.conf"], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        assert "warn" not in checked.stderr, checked.stderr
        cls.running.append(subprocess.Popen(["nginx", "-c", cls.folder / "nginx.conf"], stderr=subprocess.DEVNULL))
        until(lambda: listens(cls.https_port), "nginx")
        cls.trust = ssl.create_default_context(cafile=cls.folder / "cert.pem")

    @classmethod
    def tearDownClass(cls):
        for process in reversed(cls.running):
            process.send_signal(signal.SIGTERM)
        for process in reversed(cls.running):
            process.wait(timeout=90)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def connect(self, context=None):
        raw = socket.create_connection(("127.0.0.1", self.https_port), timeout=60)
        return (context or self.trust).wrap_socket(raw, server_hostname=NAME)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.https_port, timeout=60, context=self.trust)
        connection.sock = self.connect()
        connection.request(method, path, body=body, headers={"Host": NAME, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text.decode("utf-8", "replace")

    @staticmethod
    def form_with_file(size):
        begin = (b"--garis\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"surat.pdf\"\r\n"
                 b"Content-Type: application/pdf\r\n\r\n")
        return begin + b"%PDF-1.7\n" + b"x" * size + b"\r\n--garis--\r\n", {
            "Content-Type": "multipart/form-data; boundary=garis"}

    def journal_of(self, mark):
        lines = (self.folder / "service.log").read_text().splitlines()
        return [line for line in lines if mark in line]

    def test_pages_come_through_with_the_headers_of_both(self):
        answer, text = self.ask("GET", "/periksa")
        self.assertEqual(answer.status, 200)
        self.assertIn("Periksa", text)
        self.assertIn("max-age=63072000", answer.headers["Strict-Transport-Security"])
        self.assertIn("default-src", answer.headers["Content-Security-Policy"])
        self.assertIsNone(answer.headers["Content-Encoding"])
        self.assertNotIn("1.2", answer.headers.get("Server", ""))

    def test_plain_http_only_leads_to_tls(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30)
        connection.request("GET", "/v/ABC?x=1", headers={"Host": NAME})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 301)
        self.assertEqual(answer.headers["Location"], f"https://{NAME}/v/ABC?x=1")

    def test_old_tls_is_refused_and_http2_is_spoken(self):
        old = ssl.create_default_context(cafile=self.folder / "cert.pem")
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect(old)
        modern = ssl.create_default_context(cafile=self.folder / "cert.pem")
        modern.set_alpn_protocols(["h2"])
        with self.connect(modern) as channel:
            self.assertEqual(channel.selected_alpn_protocol(), "h2")
            self.assertEqual(channel.version(), "TLSv1.3")

    def test_what_is_for_the_machine_itself_is_not_public(self):
        for path in ("/metrics", "/healthz"):
            self.assertEqual(self.ask("GET", path)[0].status, 404, path)
        # The service itself has one of them, so that the refusal is nginx's.
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.service_port, timeout=30)) as direct:
            direct.request("GET", "/healthz")
            self.assertEqual(direct.getresponse().status, 200)

    def test_an_upload_of_twenty_megabytes_passes_and_more_is_refused_here(self):
        body, headers = self.form_with_file((20 << 20) - len(b"%PDF-1.7\n"))
        answer, _ = self.ask("POST", "/periksa/berkas", body, headers)
        self.assertNotIn(answer.status, (413, 502, 504))
        before = len(self.journal_of("/periksa/berkas"))
        # Said before it is sent: nobody uploads in vain.
        channel = self.connect()
        channel.sendall(f"POST /periksa/berkas HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {22 << 20}\r\n"
                        f"Content-Type: multipart/form-data; boundary=garis\r\n\r\n".encode())
        answer = http.client.HTTPResponse(channel)
        answer.begin()
        self.assertEqual(answer.status, 413)
        self.assertIn("20 MB", answer.read().decode())
        self.assertIn("max-age", answer.headers["Strict-Transport-Security"])
        channel.close()
        self.assertEqual(len(self.journal_of("/periksa/berkas")), before)

    def test_files_are_checked_while_the_program_is_replaced(self):
        body, headers = self.form_with_file(100)
        answer, text = self.ask("POST", "/periksa/berkas", body, headers)
        self.assertEqual(answer.status, 200, text)
        self.assertNotIn("terlalu rumit", text)

    def hold(self, path, count):
        """Senders that stop in the middle of a form."""
        channels = []
        for _ in range(count):
            channel = self.connect()
            channel.sendall(f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n"
                            f"Content-Type: application/x-www-form-urlencoded\r\n\r\nkode=".encode())
            channels.append(channel)
        kept = []
        for channel in channels:
            channel.settimeout(0.1)
            try:
                answered = channel.recv(64) != b"never"
            except (TimeoutError, ssl.SSLError):
                answered = False
            kept.append((channel, answered))
        return [channel for channel, answered in kept if not answered], channels

    def test_slow_senders_keep_nginx_busy_and_not_the_service(self):
        held, channels = self.hold("/keluar", 40)
        self.assertGreater(len(held), 20)
        for _ in range(20):
            self.assertEqual(self.ask("GET", "/periksa")[0].status, 200)
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.service_port, timeout=30)) as direct:
            direct.request("GET", "/metrics")
            figures = direct.getresponse().read().decode()
        open_now = [line for line in figures.splitlines() if line.startswith("naskah_connections_open ")]
        self.assertEqual(len(open_now), 1, figures)
        self.assertLess(float(open_now[0].split()[-1]), 20)  # the kept connections of nginx, and this one
        self.assertEqual(self.journal_of("/keluar"), [])
        for channel in channels:
            channel.close()

    def test_one_address_cannot_take_all_connections(self):
        first, channels = self.hold("/keluar", 45)
        second, more = self.hold("/masuk", 35)
        self.assertGreater(len(first), 10)
        self.assertLessEqual(len(first) + len(second), 64)
        for channel in channels + more:
            channel.close()

    def test_who_asks_is_told_by_nginx_and_not_by_the_sender(self):
        for header in ("X-Real-IP", "X-Forwarded-For", "Forwarded"):
            self.ask("GET", "/periksa?penanda", headers={header: "198.51.100.66"})
        self.assertFalse(any("198.51.100.66" in line for line in
                             (self.folder / "service.log").read_text().splitlines()))
        # Secure cookies and links need to know that TLS was spoken outside.
        answer, _ = self.ask("GET", "/masuk")
        self.assertIn(answer.status, (200, 404))
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.assertIn("Secure", cookie)

    def test_guessing_is_slowed_down(self):
        statuses = [self.ask("POST", "/masuk", b"nama=x&sandi=y",
                             {"Content-Type": "application/x-www-form-urlencoded"})[0].status for _ in range(60)]
        self.assertIn(429, statuses)
        self.assertNotIn(429, statuses[:5])  # from then on by the service, and in a flood by nginx
        answer, text = self.ask("POST", "/masuk", b"", {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 429)
        self.assertIn("Terlalu banyak permintaan", text)
        # Reading goes on.
        self.assertEqual(self.ask("GET", "/periksa")[0].status, 200)

    def test_no_code_and_no_query_reaches_a_log(self):
        code = "K7QM4XTR9HBD2WNC5F8JV3PY6C"
        self.ask("GET", f"/v/{code}")
        self.ask("GET", f"/v/{code}/surat.pdf?rahasia=1")
        self.ask("GET", f"/periksa?kode={code}")
        until(lambda: "/v/-" in (self.folder / "access.log").read_text(), "the access log")
        time.sleep(0.2)
        for log in self.folder.glob("*.log"):
            text = log.read_text()
            self.assertNotIn(code, text, log.name)
            self.assertNotIn("rahasia", text, log.name)

    def test_what_never_changes_is_compressed(self):
        _, page = self.ask("GET", "/periksa")
        sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
        answer, _ = self.ask("GET", sheet, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")

    def test_zz_a_service_that_is_away_is_told_as_such(self):
        """Last: ends the service."""
        service = self.running[0]
        service.send_signal(signal.SIGTERM)
        self.assertEqual(service.wait(timeout=90), 0)
        answer, text = self.ask("GET", "/v/K7QM4XTR9HBD2WNC5F8JV3PY6C")
        self.assertEqual(answer.status, 502)
        self.assertIn("belum tentu palsu", text)


if __name__ == "__main__":
    if not shutil.which("nginx"):
        print("nginx is not installed: not tested")
        sys.exit(77)
    unittest.main(verbosity=1)
