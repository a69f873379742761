import { generateKeyPairSync, sign } from 'node:crypto'
import { addSeconds } from '../../../src/core/instant'
import { der } from './der'

/** For a TLS server; both in PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  subjectAltName: '2.5.29.17',
} as const

const day = 24 * 60 * 60
const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256))

/** A certificate of its own for 127.0.0.1, or one name instead, from a day before `until`. RFC 5280, section 4.1. */
export function selfSigned(until: Date, host: string | null = null): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = der.sequence(der.set(der.sequence(der.oid(oids.commonName), der.utf8('a receiver'))))
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(1),
    algorithm,
    name,
    der.sequence(der.time(addSeconds(until, -day)), der.time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, extensions(host)),
  )
  const whole = der.sequence(toBeSigned, algorithm, der.bits(sign('sha256', toBeSigned, privateKey)))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(whole) }
}

/** An authority, so that it can be trusted; for the name alone, or the address. */
function extensions(host: string | null): Buffer {
  const subject = host === null ? der.implicit(7, Buffer.from([127, 0, 0, 1])) : der.implicit(2, Buffer.from(host))
  return der.sequence(
    der.sequence(der.oid(oids.basicConstraints), der.true, der.octets(der.sequence(der.true))),
    der.sequence(der.oid(oids.subjectAltName), der.octets(der.sequence(subject))),
  )
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
