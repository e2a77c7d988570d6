/** Where a server is and as whom to speak to it. `host` is a folder (Unix socket) when it starts with "/". */
export interface DatabaseSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** false only for a Unix socket or loopback; otherwise the server's certificate is verified, against `ca` (PEM) when given. */
  tls: false | { ca?: string };
}
