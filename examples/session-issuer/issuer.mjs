// An issuer of dashboard sessions: what a platform's sign-in does once it knows who somebody is. docs/sessions.md says
// what a session must hold.
//
//   node issuer.mjs serve                                                    the public keys, at /jwks.json, until Ctrl-C
//   node issuer.mjs jwks                                                     prints them
//   node issuer.mjs token --subject user_7 --role admin --tenant org_1       prints a session of 15 minutes
//
// KEY_FILE (issuer-key.json), ISSUER (https://id.example.com), AUDIENCE (keyturn) and PORT (4790) say otherwise.

import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const {
  KEY_FILE = 'issuer-key.json',
  ISSUER = 'https://id.example.com',
  AUDIENCE = 'keyturn',
  PORT = '4790',
} = process.env
const algorithm = 'ES256'
const minutes = 15

/** The private key as a JWK, made at the first use. In production it stays in a KMS or an HSM. */
async function privateJwk() {
  try {
    return JSON.parse(readFileSync(KEY_FILE, 'utf8'))
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
    const jwk = await exportJWK(privateKey)
    const made = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm, use: 'sig' }
    writeFileSync(KEY_FILE, JSON.stringify(made), { mode: 0o600, flag: 'wx' })
    return made
  }
}

/** What everybody may read: no member of a private key is among these. */
async function jwks() {
  const { kty, crv, x, y, kid, alg, use } = await privateJwk()
  return { keys: [{ kty, crv, x, y, kid, alg, use }] }
}

/** A session of one person, who acts for these tenants with this role. */
async function token({ subject, role, tenants }) {
  const jwk = await privateJwk()
  return new SignJWT({ role, tenant: tenants.length === 1 ? tenants[0] : tenants })
    .setProtectedHeader({ alg: algorithm, kid: jwk.kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${minutes}m`)
    .sign(await importJWK(jwk, algorithm))
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { subject: { type: 'string' }, role: { type: 'string' }, tenant: { type: 'string', multiple: true } },
})

switch (positionals[0]) {
  case 'jwks':
    console.log(JSON.stringify(await jwks(), null, 2))
    break
  case 'token': {
    const { subject, role, tenant: tenants = [] } = values
    if (!subject || !['admin', 'member'].includes(role) || tenants.length === 0) {
      throw new TypeError('token needs --subject, --role admin or member, and --tenant, which may be repeated')
    }
    console.log(await token({ subject, role, tenants }))
    break
  }
  case 'serve': {
    const body = JSON.stringify(await jwks())
    createServer((request, reply) => {
      if (request.url !== '/jwks.json') return void reply.writeHead(404).end()
      reply.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=300' }).end(body)
    }).listen(Number(PORT), '127.0.0.1', function listening() {
      console.log(`the keys are at http://127.0.0.1:${this.address().port}/jwks.json`)
    })
    break
  }
  default:
    throw new TypeError('the first argument is serve, jwks or token')
}
