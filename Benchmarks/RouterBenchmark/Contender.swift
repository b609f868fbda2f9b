import Foundation

/// One way from the client to the upstream.
struct Contender {
    var name: String
    var port: Int
    /// Its process; none for the way without a proxy.
    var process: RunningProcess?

    /// The upstream itself.
    static func direct(upstream: Int) -> Contender { Contender(name: "direct", port: upstream) }

    /// Fairlead's router, in a process of its own, with its table from the API server.
    static func router(port: Int, kubeconfig: String, threads: Int) throws -> Contender {
        let process = try RunningProcess(
            CommandLine.arguments[0], ["serve-router", String(port), kubeconfig, String(threads)])
        return Contender(name: "fairlead router", port: port, process: process)
    }

    /// A relay that passes bytes on and reads none, by the same library as the router.
    static func relay(port: Int, upstream: Int, threads: Int) throws -> Contender {
        let process = try RunningProcess(
            CommandLine.arguments[0], ["serve-relay", String(port), String(upstream), String(threads)])
        return Contender(name: "relay of bytes", port: port, process: process)
    }

    /// nginx as its documentation sets up a proxy with kept connections; nil where it isn't installed.
    static func nginx(port: Int, upstream: Int, threads: Int, folder: String) throws -> Contender? {
        guard let program = RunningProcess.find("nginx") else { return nil }
        let configuration = """
            daemon off;
            master_process \(threads > 1 ? "on" : "off");
            worker_processes \(threads);
            pid \(folder)/nginx.pid;
            error_log \(folder)/nginx.log;
            events { worker_connections 4096; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                client_body_temp_path \(folder)/nginx-body;
                proxy_temp_path \(folder)/nginx-proxy;
                fastcgi_temp_path \(folder)/nginx-fastcgi;
                uwsgi_temp_path \(folder)/nginx-uwsgi;
                scgi_temp_path \(folder)/nginx-scgi;
                upstream pods {
                    server 127.0.0.1:\(upstream);
                    keepalive 512;
                    keepalive_requests 1000000000;
                }
                server {
                    listen 127.0.0.1:\(port);
                    location / {
                        proxy_pass http://pods;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $host;
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        proxy_set_header X-Forwarded-Proto $scheme;
                        proxy_set_header X-Request-Id $request_id;
                        add_header X-Request-Id $request_id;
                    }
                }
            }

            """
        let file = "\(folder)/nginx.conf"
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: file))
        let process = try RunningProcess(program, ["-c", file, "-p", folder, "-e", "\(folder)/nginx.log"])
        return Contender(name: "nginx", port: port, process: process)
    }

    /// HAProxy with kept connections; nil where it isn't installed.
    static func haproxy(port: Int, upstream: Int, threads: Int, folder: String) throws -> Contender? {
        guard let program = RunningProcess.find("haproxy") else { return nil }
        let configuration = """
            global
                nbthread \(threads)
                maxconn 8192
            defaults
                mode http
                option forwardfor
                http-reuse always
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            frontend front
                bind 127.0.0.1:\(port)
                unique-id-format %{+X}o%ci%cp%Ts%rt%pid
                unique-id-header X-Request-Id
                default_backend pods
            backend pods
                server pod 127.0.0.1:\(upstream) pool-max-conn 512

            """
        let file = "\(folder)/haproxy.cfg"
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: file))
        return Contender(name: "haproxy", port: port, process: try RunningProcess(program, ["-db", "-f", file]))
    }
}
