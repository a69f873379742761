import { beforeEach, describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { harness, type Harness, jsonBody, textAt } from './harness'

const tenantId = 'user:alice'
let api: Harness
let token: string

beforeEach(async () => {
  api = harness()
  token = await api.apiKey(keyturn, tenantId)
})

const create = (url: string, contract: string) => api.send('POST', '/v1/endpoints', jsonBody(token, { url, contract }))

describe('an endpoint of a contract whose targets are public', () => {
  it.each([
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
  ])('400 for %s, when it is created and when it is changed', async url => {
    const refused = { status: 400, json: { errors: [{ path: 'url', message: 'must lead to a public host' }] } }
    expect(await create(url, 'teambattles')).toMatchObject(refused)
    const id = textAt(await create('https://receiver.example/', 'teambattles'), 'endpoint.id')
    expect(await api.send('PATCH', `/v1/endpoints/${id}`, jsonBody(token, { url }))).toMatchObject(refused)
  })

  it.each([
    'https://203.0.113.7/',
    'https://172.32.0.1/',
    'https://100.128.0.1/',
    'https://[2001:4860:4860::8888]/',
    'https://10.example.com/',
    'https://127.0.0.1.example.com/',
    'https://localhost.example.com/',
    'https://internal.example/',
  ])('201 for %s', async url => {
    expect(await create(url, 'teambattles')).toMatchObject({ status: 201, json: { endpoint: { url } } })
  })
})

it('201 for a private host where the contract does not speak of it: it is refused when it is used', async () => {
  expect((await create('https://10.0.0.1/', 'thesignup')).status).toBe(201)
})
