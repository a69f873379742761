import { drive, type Given } from './drive'

// In workerd.

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      // The test alone sends it.
      return Response.json(await drive((await request.json()) as Given))
    } catch (error) {
      return new Response(String(error), { status: 500 })
    }
  },
}
