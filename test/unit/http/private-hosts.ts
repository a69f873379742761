/** URLs that lead to no public host, each in another way. */
export const privateUrls = [
  'https://10.0.0.1/',
  'https://127.0.0.1/x',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://169.254.169.254/latest',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1:8443/',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[fe80::1]/',
  'https://[fd00::1]/',
  'https://[64:ff9b::a00:1]/',
  'https://localhost/x',
  'https://LOCALHOST./x',
  'https://a.localhost/x',
  'https://metadata.google.internal/',
  'https://printer.local/',
]

/** URLs whose host readers of RFC 3986 and of WHATWG take for different ones, or of which the former find none. */
export const ambiguousUrls = [
  'https:\\\\host.example/',
  'https:/\\host.example/',
  'https:\\/host.example/',
  'https://a.example\\@b.example/',
  'https://a.example\\.b.example/',
  'https://a.example/x\\y',
  'https://\\a.example/',
  'https:host.example/',
  'https:/host.example/',
  'https:///host.example/',
  'https:////host.example/',
  'https://@host.example/',
  'https://:@host.example/',
  'https://ex%61mple.com/',
  'https://a%2e%2eb.example/',
  'https://0x08080808/',
  'https://134744072/',
  'https://8.8.2056/',
  'https://8.8.8.010/',
  'https://8.8.8.8./',
  'https://a`b.example/',
  'https://a{b}.example/',
]

/** How each of them is refused by a contract whose targets are public. */
export const privateUrlRefusal = {
  status: 400,
  json: { errors: [{ path: 'url', message: 'must lead to a public host' }] },
}
