/**
 * A contestant: the training step of this library.
 *
 * @module
 */

import { type DeviceName, openDevice } from "../../mod.ts";
import { readFixture } from "./fixtures.ts";
import { trainer } from "./model.ts";
import { readOrder, serve } from "./protocol.ts";

const order = readOrder();
const device = await openDevice(order.device as DeviceName, { threads: order.threads });
await serve(device.description, trainer(order, readFixture(order.folder), device));
device.close();
